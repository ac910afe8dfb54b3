import { usbId } from './names.ts';

/** Bootloaders that speak DfuSe or plain DFU (dfu-util, Betaflight and QMK device lists). */
const BOOTLOADERS: ReadonlySet<string> = new Set([
  '0483:df11', // STM32 ROM, and loaders that pose as it
  '2e3c:df11', // AT32 ROM
  '28e9:0189', // GD32 ROM
  '314b:0106', // APM32 ROM
  '3997:df11', // X32 ROM
  '1eaf:0003', // Maple
  '1209:beba', // mboot
  '1d50:6017', // Black Magic Probe
  '1d50:607f', // Spark Core
  '2b04:d006', // Particle
  '2b04:d008',
  '2b04:d00a',
  '342d:dfa0', // WB32
  '1c11:b007', // Kiibohd
  '2341:035b', // Portenta
  '0483:a291', // NumWorks
  '1fc9:000c', // LPC, which calls its DFU mode protocol 1
]);

/** Running boards (Betaflight `devices.js`). Its serial converters are left out: the chip behind one never comes up on that port. */
const APPLICATIONS: ReadonlySet<string> = new Set([
  '0483:5740', // STM32 VCP
  '0483:3256', // STM32 VCP and HID
  '0483:374e', // ST-Link VCP
  '0483:5720', // STM32 mass storage
  '0483:572a',
  '28e9:018a', // GD32 VCP
  '2e3c:5740', // AT32 VCP
  '314b:5740', // APM32 VCP
  '3997:5740', // X32 VCP
  '2e8a:0009', // Pico
  '2e8a:000a',
]);

/** Whether a device with this USB id is known to be a board in its bootloader. */
export function isBootloaderId(vendorId: number, productId: number): boolean {
  return BOOTLOADERS.has(usbId(vendorId, productId));
}

/** Whether a device with this USB id is known to be a board that runs its firmware. Most firmware has an id of its own. */
export function isApplicationId(vendorId: number, productId: number): boolean {
  return APPLICATIONS.has(usbId(vendorId, productId));
}
