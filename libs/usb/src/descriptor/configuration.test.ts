import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConfigDescriptor, InterfaceDescriptor } from '../binding.ts';
import { libusbError } from '../testing/fake-transfer.ts';
import { F405_FUNCTIONAL, FakeDevice, f405Configuration, setting } from '../testing/fake-usb.ts';
import { configurationOf, dfuInterfaceOf, modeOf, parseFunctional } from './configuration.ts';

const F405 = { attributes: 0x0b, detachTimeoutMs: 255, transferSize: 2048, bcdDfu: 0x011a };

function device(idVendor: number, idProduct: number): FakeDevice {
  const made = new FakeDevice([1], 1);
  made.deviceDescriptor = { ...made.deviceDescriptor, idVendor, idProduct };
  return made;
}

function configuration(...settings: Partial<InterfaceDescriptor>[]): ConfigDescriptor {
  return { interfaces: settings.map((fields) => [setting(fields)]) };
}

describe('the DFU functional descriptor', () => {
  test('of DFU 1.1 is read field by field', () => {
    expect(parseFunctional(F405_FUNCTIONAL)).toEqual(F405);
  });

  test('of DFU 1.0 has seven bytes and no version', () => {
    expect(parseFunctional(Uint8Array.of(7, 0x21, 0x01, 0xe8, 0x03, 0x40, 0x00))).toEqual({
      attributes: 1,
      detachTimeoutMs: 1000,
      transferSize: 64,
      bcdDfu: 0x0100,
    });
  });

  test('is found behind other class descriptors', () => {
    expect(parseFunctional(Uint8Array.of(3, 0x24, 0, 2, 0x25, ...F405_FUNCTIONAL))).toEqual(F405);
  });

  test.each([
    ['cut short', F405_FUNCTIONAL.subarray(0, 8)],
    ['of eight bytes', Uint8Array.of(8, 0x21, 0x0b, 0xff, 0, 0, 8, 0x1a)],
    ['with a transfer size of nothing', Uint8Array.of(9, 0x21, 0x0b, 0xff, 0, 0, 0, 0x1a, 1)],
    ['behind a descriptor without a length', Uint8Array.of(0, 0, ...F405_FUNCTIONAL)],
    ['missing', new Uint8Array()],
  ])('%s is none', (_, extra) => {
    expect(parseFunctional(extra)).toBeNull();
  });

  test('never makes the parser throw, and never has a transfer size out of range', () => {
    const bytes = fc.uint8Array({ maxLength: 64 });
    fc.assert(
      fc.property(bytes, fc.constantFrom(0, 7, 9), bytes, (before, length, after) => {
        const found = parseFunctional(Uint8Array.of(...before, length, 0x21, ...after));
        if (found !== null) expect(found.transferSize).toSatisfy((size: number) => size >= 1 && size <= 0xffff);
      }),
    );
  });

  test('is read only inside the DFU interface: type 0x21 is HID elsewhere', () => {
    const hid = setting({ bInterfaceClass: 3, bInterfaceSubClass: 0, extra: F405_FUNCTIONAL });
    const dfu = setting({ bInterfaceNumber: 1 });
    const found = dfuInterfaceOf(device(0x0483, 0xdf11), { interfaces: [[hid], [dfu]] });
    expect(found).toEqual({ number: 1, settings: [dfu], functional: null });
  });

  test('is found behind the last of four alternate settings, where ST puts it', () => {
    const found = dfuInterfaceOf(device(0x0483, 0xdf11), f405Configuration());
    expect(found?.functional).toEqual(F405);
    expect(found?.settings).toHaveLength(4);
  });
});

describe('the mode of a device', () => {
  test.each([
    ['DFU mode of an unknown vendor', device(0x1234, 1), configuration({}), 'dfu'],
    ['DFU runtime of an unknown vendor', device(0x1234, 1), configuration({ bInterfaceProtocol: 1 }), 'application'],
    [
      'protocol 0 with DfuSe',
      device(0x1234, 1),
      configuration({ bInterfaceProtocol: 0, extra: F405_FUNCTIONAL }),
      'dfu',
    ],
    [
      'protocol 1 with DfuSe',
      device(0x1234, 1),
      configuration({ bInterfaceProtocol: 1, extra: F405_FUNCTIONAL }),
      'application',
    ],
    [
      'the LPC loader that calls itself runtime',
      device(0x1fc9, 0x000c),
      configuration({ bInterfaceProtocol: 1 }),
      'dfu',
    ],
    ['an unreadable ST bootloader', device(0x0483, 0xdf11), null, 'dfu'],
    [
      'an ST bootloader without a DFU interface',
      device(0x0483, 0xdf11),
      configuration({ bInterfaceClass: 3 }),
      'other',
    ],
    ['a flight controller', device(0x0483, 0x5740), null, 'application'],
    ['a keyboard', device(0x1234, 1), configuration({ bInterfaceClass: 3 }), 'other'],
    ['something unreadable', device(0x1234, 1), null, 'other'],
  ] as const)('%s', (_, usb, config, mode) => {
    expect(modeOf(usb, config)).toBe(mode);
  });

  test('a configuration that cannot be read is null, thrown or not', () => {
    const usb = device(1, 1);
    usb.configuration = undefined;
    expect(configurationOf(usb)).toBeNull();
    usb.configuration = libusbError('LIBUSB_ERROR_IO');
    expect(configurationOf(usb)).toBeNull();
  });
});
