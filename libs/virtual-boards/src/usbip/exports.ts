import type { BusDevice } from '@flashline/dfuse';
import type { VirtualBench } from '../bench/bench.ts';
import { applicationDescriptors } from './device/application-descriptors.ts';
import { ApplicationDevice } from './device/application-device.ts';
import { BootloaderDevice, bootloaderDescriptors } from './device/bootloader-device.ts';
import { interfaceClassesIn } from './device/descriptors.ts';
import type { UsbDevice } from './device/usb-device.ts';
import type { ExportedDevice } from './wire/operations.ts';

/** As much of a bench as is needed to give its boards away. */
export type UsbipBench = Pick<VirtualBench, 'list' | 'watch' | 'open' | 'board'>;

/** A board as a USB/IP server lists it: its port path is its busid. */
export function exportOf(bench: UsbipBench, device: BusDevice): ExportedDevice {
  const { part, spec } = bench.board(device.path);
  const descriptors =
    device.mode === 'dfu'
      ? bootloaderDescriptors(part, device.usbSerial ?? '')
      : applicationDescriptors(part, spec.application);
  const { vendorId, productId, bcdDevice } = device;
  return {
    busid: device.path,
    bus: Number.parseInt(device.path, 10),
    // Addresses count all enumerations of a bench; there is room for 16 bits, and nobody takes it for more than a name.
    number: device.address & 0xffff,
    ...{ vendorId, productId, bcdDevice },
    deviceClass: [...descriptors.device.subarray(4, 7)],
    interfaceClasses: interfaceClassesIn(descriptors.configuration),
  };
}

/** Opens a board as the USB device that it is now. Rejects with BOARD_GONE or USB_BUSY. */
export async function openDevice(bench: UsbipBench, { path, mode }: BusDevice): Promise<UsbDevice> {
  const board = bench.board(path);
  if (mode === 'dfu') return new BootloaderDevice(board.part, await bench.open(path));
  return new ApplicationDevice(board.part, (say) => board.talk(say));
}
