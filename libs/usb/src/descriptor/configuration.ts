import { isApplicationId, isBootloaderId } from '@flashline/contracts';
import type { BusDevice, DfuFunctional } from '@flashline/dfuse';
import type { ConfigDescriptor, InterfaceDescriptor, UsbDevice } from '../binding.ts';
import { hasBoardSerial } from './serial-function.ts';

const CLASS_HUB = 0x09;
const CLASS_APPLICATION = 0xfe;
const SUBCLASS_DFU = 0x01;
const PROTOCOL_RUNTIME = 1;
const PROTOCOL_DFU = 2;
const DT_DFU_FUNCTIONAL = 0x21;
const BCD_DFU_1_0 = 0x0100;
const BCD_DFUSE = 0x011a;

/** The DFU interface of a device: its number, its alternate settings, and its functional descriptor if it has a sound one. */
export interface DfuInterface {
  readonly number: number;
  readonly settings: readonly [InterfaceDescriptor, ...InterfaceDescriptor[]];
  readonly functional: DfuFunctional | null;
}

export function isHub(device: UsbDevice): boolean {
  return device.deviceDescriptor.bDeviceClass === CLASS_HUB;
}

/** The active configuration; null where it cannot be read, as happens for a moment after a device is attached. */
export function configurationOf(device: UsbDevice): ConfigDescriptor | null {
  try {
    return device.configDescriptor ?? null;
  } catch {
    return null;
  }
}

/** What a device is to a bench. With an unreadable configuration only its ids can tell. */
export function modeOf(device: UsbDevice, configuration: ConfigDescriptor | null): BusDevice['mode'] {
  const { idVendor, idProduct } = device.deviceDescriptor;
  if (configuration === null && isBootloaderId(idVendor, idProduct)) return 'dfu';
  if (configuration !== null && dfuInterfaceOf(device, configuration) !== null) return 'dfu';
  if (isApplicationId(idVendor, idProduct)) return 'application';
  const settings = configuration?.interfaces.flat() ?? [];
  return settings.some(isDfuClass) || hasBoardSerial(device, settings) ? 'application' : 'other';
}

/**
 * The interface that speaks DFU mode. Protocol 2 says so; some bootloaders claim another protocol and are told by
 * bcdDFUVersion (DSO Nano) or by their ids, as dfu-util does.
 */
export function dfuInterfaceOf(device: UsbDevice, configuration: ConfigDescriptor): DfuInterface | null {
  const { idVendor, idProduct } = device.deviceDescriptor;
  for (const all of configuration.interfaces) {
    const [first, ...others] = all.filter(isDfuClass);
    if (first === undefined) continue;
    const settings = [first, ...others] as const;
    const functional = functionalOf(settings);
    const isDfuSe = functional?.bcdDfu === BCD_DFUSE && first.bInterfaceProtocol !== PROTOCOL_RUNTIME;
    if (first.bInterfaceProtocol === PROTOCOL_DFU || isDfuSe || isBootloaderId(idVendor, idProduct))
      return { number: first.bInterfaceNumber, settings, functional };
  }
  return null;
}

/** The DFU interface of firmware that runs (DFU 1.1, table 4.1); null in DFU mode. */
export function runTimeInterfaceOf(device: UsbDevice, configuration: ConfigDescriptor): DfuInterface | null {
  if (dfuInterfaceOf(device, configuration) !== null) return null;
  const settings = configuration.interfaces.flat().filter(isDfuClass);
  const first = settings.find(({ bInterfaceProtocol }) => bInterfaceProtocol === PROTOCOL_RUNTIME);
  if (first === undefined) return null;
  return { number: first.bInterfaceNumber, settings: [first], functional: functionalOf([first]) };
}

// The descriptor follows the last alternate setting on ST's ROMs. Type 0x21 is HID elsewhere, so only DFU's own are read.
function functionalOf(settings: readonly InterfaceDescriptor[]): DfuFunctional | null {
  for (const { extra } of settings) {
    const functional = parseFunctional(extra);
    if (functional !== null) return functional;
  }
  return null;
}

/** Finds the DFU functional descriptor (DFU 1.1, table 4.2; 7 bytes in DFU 1.0) among class descriptors. Null if none is sound. */
export function parseFunctional(extra: Uint8Array): DfuFunctional | null {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
  for (let at = 0; at + 2 <= extra.byteLength; ) {
    const length = view.getUint8(at);
    if (length < 2 || at + length > extra.byteLength) return null;
    const isFunctional = view.getUint8(at + 1) === DT_DFU_FUNCTIONAL && (length === 7 || length === 9);
    if (isFunctional && view.getUint16(at + 5, true) > 0)
      return {
        attributes: view.getUint8(at + 2),
        detachTimeoutMs: view.getUint16(at + 3, true),
        transferSize: view.getUint16(at + 5, true),
        bcdDfu: length === 9 ? view.getUint16(at + 7, true) : BCD_DFU_1_0,
      };
    at += length;
  }
  return null;
}

function isDfuClass(setting: InterfaceDescriptor): boolean {
  return setting.bInterfaceClass === CLASS_APPLICATION && setting.bInterfaceSubClass === SUBCLASS_DFU;
}
