import { usbId } from '@flashline/contracts';
import type { InterfaceDescriptor, UsbDevice } from '../binding.ts';

const CLASS_COMMUNICATIONS = 0x02;
const SUBCLASS_ABSTRACT_CONTROL = 0x02;
const PROTOCOL_NONE = 0;
const PROTOCOL_AT = 1;

/**
 * Microcontrollers claim AT commands as modems do, because their makers' examples do, on one port or two, a Teensy on three. Modems
 * that have nothing but serial ports have four and more (Cinterion EHS6, u-blox LISA-U2, Telit HE910).
 */
const AT_PORTS_MAX = 3;

/** RNDIS where it does not call itself CDC: class, subclass and protocol. */
const RNDIS: ReadonlySet<string> = new Set(['e0 1 3', 'ef 4 1']);

/** What has a CDC serial port for a chip behind it, which never comes up on that USB port. FTDI, CP210x, CH340 and PL2303 are no CDC. */
const CONVERTERS: ReadonlySet<string> = new Set([
  '0483:374b', // ST-Link V2-1
  '0483:3752',
  '0483:374f', // ST-Link V3
  '0483:3753',
  '0483:3754',
  '1a86:55d2', // CH342, and the others of WCH as its driver ch343 has them
  '1a86:55d3', // CH343
  '1a86:55d4', // CH9102
  '1a86:55d5', // CH344
  '1a86:55d6', // CH9143
  '1a86:55d7', // CH9103
  '1a86:55d8', // CH9101
  '1a86:55da', // CH347
  '1a86:55db',
  '1a86:55dd',
  '1a86:55de',
  '1a86:55df', // CH9104
  '1a86:55e7', // CH339
  '1a86:55e8', // CH9114
  '1a86:55e9', // CH9111
  '1a86:55ea',
  '1a86:55eb', // CH346
  '1a86:55ec',
  '04d8:00dd', // MCP2221
  '04d8:00df', // MCP2200
  '04e2:1410', // XR21V1410
]);

/**
 * Whether a device whose id nobody knows has a serial port such as firmware of boards has: CDC-ACM (PSTN 1.2, 3.2) without a protocol
 * or with V.250, and nothing else of the communications class. So it is no network adapter (ECM, NCM, MBIM, RNDIS), no telephone,
 * and no modem that says so. A modem with one port cannot be told from a board, nor does ModemManager try (its filter `strict`).
 */
export function hasBoardSerial({ deviceDescriptor }: UsbDevice, settings: readonly InterfaceDescriptor[]): boolean {
  const { idVendor, idProduct } = deviceDescriptor;
  if (CONVERTERS.has(usbId(idVendor, idProduct)) || settings.some(isRndis)) return false;
  const functions = settings.filter(({ bInterfaceClass }) => bInterfaceClass === CLASS_COMMUNICATIONS);
  const atPorts = functions.filter(({ bInterfaceProtocol }) => bInterfaceProtocol === PROTOCOL_AT).length;
  return functions.length > 0 && functions.every(isPlainSerial) && atPorts <= AT_PORTS_MAX;
}

function isPlainSerial({ bInterfaceSubClass, bInterfaceProtocol }: InterfaceDescriptor): boolean {
  const isKnown = bInterfaceProtocol === PROTOCOL_NONE || bInterfaceProtocol === PROTOCOL_AT;
  return bInterfaceSubClass === SUBCLASS_ABSTRACT_CONTROL && isKnown;
}

function isRndis({ bInterfaceClass, bInterfaceSubClass, bInterfaceProtocol }: InterfaceDescriptor): boolean {
  return RNDIS.has(`${bInterfaceClass.toString(16)} ${bInterfaceSubClass} ${bInterfaceProtocol}`);
}
