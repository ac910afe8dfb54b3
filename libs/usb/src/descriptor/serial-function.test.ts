import { describe, expect, test } from 'vitest';
import type { InterfaceDescriptor } from '../binding.ts';
import { FakeDevice, setting } from '../testing/fake-usb.ts';
import { modeOf } from './configuration.ts';

/** Class, subclass and protocol, as `lsusb -v` shows them. */
type Triple = readonly [number, number, number];

const ACM_AT: Triple = [2, 2, 1];
const ACM: Triple = [2, 2, 0];
const DATA: Triple = [10, 0, 0];
const STORAGE: Triple = [8, 6, 0x50];
const HID: Triple = [3, 0, 0];
const VENDOR: Triple = [0xff, 0, 0];

function modeWith(triples: readonly Triple[], idVendor = 0x1234, idProduct = 0x0001): string {
  const device = new FakeDevice([1], 1);
  device.deviceDescriptor = { ...device.deviceDescriptor, idVendor, idProduct };
  return modeOf(device, { interfaces: triples.map((triple, number) => [interfaceOf(triple, number)]) });
}

function interfaceOf([cls, subclass, protocol]: Triple, number: number): InterfaceDescriptor {
  return setting({
    bInterfaceNumber: number,
    bInterfaceClass: cls,
    bInterfaceSubClass: subclass,
    bInterfaceProtocol: protocol,
  });
}

const ports = (count: number, port: Triple) => Array.from({ length: count }, () => [port, DATA]).flat();

describe('a device of an unknown id is a board that runs', () => {
  test.each([
    ['a serial port that claims AT commands, as ST and Arduino copy it', ports(1, ACM_AT)],
    ['a serial port without a protocol', ports(1, ACM)],
    ['two serial ports, as ArduPilot has them', ports(2, ACM_AT)],
    ['three serial ports, as a Teensy may have them', ports(3, ACM_AT)],
    ['a serial port and a disk', [...ports(1, ACM_AT), STORAGE]],
    ['a serial port and a joystick', [...ports(1, ACM_AT), HID]],
    ['a serial port and something of its own', [...ports(1, ACM), VENDOR]],
    ['many serial ports that claim no AT commands', ports(6, ACM)],
  ])('with %s', (_, triples) => {
    expect(modeWith(triples)).toBe('application');
  });
});

describe('a device of an unknown id is left alone', () => {
  test.each([
    ['a modem by the commands it claims (PCCA-101)', ports(1, [2, 2, 2])],
    ['a modem by the commands it claims (GSM 07.07)', ports(1, [2, 2, 4])],
    ['a modem by the commands it claims (3GPP 27.007)', ports(1, [2, 2, 5])],
    ['a modem by the number of its ports', ports(4, ACM_AT)],
    ['a network adapter (ECM)', [[2, 6, 0], DATA]],
    ['a network adapter (NCM) with a serial port', [[2, 0x0d, 0], DATA, ...ports(1, ACM_AT)]],
    ['a mobile broadband modem (MBIM)', [[2, 0x0e, 0], [10, 0, 2], ...ports(1, ACM_AT)]],
    ['a telephone by its RNDIS', [[0xe0, 1, 3], DATA, ...ports(1, ACM_AT)]],
    ['a network adapter by the RNDIS of Microsoft', [[2, 2, 0xff], DATA]],
    ['a gadget by the RNDIS of ActiveSync', [[0xef, 4, 1], DATA, ...ports(1, ACM)]],
    ['a telephone by its OBEX', [[2, 0x0b, 0], DATA, ...ports(1, ACM_AT)]],
    ['a serial converter with a class of its maker (FTDI, CP210x, CH340, PL2303)', [VENDOR]],
    ['a keyboard', [HID]],
    ['a disk', [STORAGE]],
    ['data without control', [DATA]],
  ] satisfies [string, Triple[]][])('%s', (_, triples) => {
    expect(modeWith(triples)).toBe('other');
  });

  test.each([
    ['ST-Link V2-1', 0x0483, 0x374b],
    ['CH343', 0x1a86, 0x55d3],
    ['CH9103', 0x1a86, 0x55d7],
    ['CH9101', 0x1a86, 0x55d8],
    ['CH347', 0x1a86, 0x55db],
    ['MCP2221', 0x04d8, 0x00dd],
  ])('a converter that is known to speak CDC: %s', (_, vendor, product) => {
    expect(modeWith(ports(1, ACM_AT), vendor, product)).toBe('other');
  });
});

test('a known id is a board that runs, whatever it shows', () => {
  expect(modeWith([HID], 0x0483, 0x5740)).toBe('application');
  expect(modeWith([[2, 6, 0], DATA, ...ports(5, ACM_AT)], 0x0483, 0x5740)).toBe('application');
});

test('a board with a DFU run-time interface is one that runs, with a network adapter or without', () => {
  const dfu: Triple = [0xfe, 1, 1];
  expect(modeWith([dfu])).toBe('application');
  expect(modeWith([[2, 6, 0], DATA, dfu])).toBe('application');
});
