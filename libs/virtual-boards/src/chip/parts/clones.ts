import type { PartSpec } from '../part.ts';
import { F105, F303 } from './f0-f1-f3.ts';
import { alternates, flash, KIB, memory, VIRTUAL_COM_PORT } from './generations.ts';
import { AT32F437_OPTIONS, F1_OPTIONS } from './option-bytes.ts';

/** 128 KB; a space in the layout, and "Option Byte" in the singular (sources.md 2.1). Times are ours. */
export const AT32F415: PartSpec = {
  ...F105,
  name: 'AT32F415',
  vendorId: 0x2e3c,
  bcdDevice: 0x0200,
  manufacturer: 'Artery',
  product: 'AT32 Bootloader DFU',
  alternates: alternates('@Internal Flash  /0x08000000/ 128*1Kg', '@Option Byte   /0x1FFFF800/02*016 e'),
  regions: [flash({ count: 128, bytes: KIB, eraseMs: 7 }), memory('option-bytes', 1, 0x1fff_f800, 16, 16)],
  optionBytes: F1_OPTIONS,
  ram: [{ address: 0x2000_0000, bytes: 32 * KIB }],
  timing: { ...F105.timing, programMsPerByte: 0.04 / 4, massEraseMs: 16 },
  usbSerial: { constant: 'AT32' },
  application: { ...VIRTUAL_COM_PORT, vendorId: 0x2e3c, productId: 0x5740, usbSerial: 'AT32' },
};

/**
 * 4032 KB in sectors of 4 KB, the first eight of them read-only; option bytes that call themselves erasable (sources.md 2.1).
 * Times are ours.
 */
export const AT32F437: PartSpec = {
  ...AT32F415,
  name: 'AT32F437',
  alternates: alternates('@Internal Flash   /0x08000000/08*04Ka,1000*04Kg', '@Option byte   /0x1FFFC000/01*512 g'),
  regions: [
    flash({ count: 8, bytes: 4 * KIB, eraseMs: 0, isReadOnly: true }, { count: 1000, bytes: 4 * KIB, eraseMs: 15 }),
    memory('option-bytes', 1, 0x1fff_c000, 512),
  ],
  optionBytes: AT32F437_OPTIONS,
  ram: [{ address: 0x2000_0000, bytes: 384 * KIB }],
  timing: { ...AT32F415.timing, massEraseMs: 8000 },
};

/**
 * Says that it has 1 MB in pages of 2 KB and has 128 KB in pages of 1 KB, so erasing what it calls a page clears half of
 * it. Every chip reports `3CBJ` (sources.md 2.1), and 60, 104 and 100 ms for whatever it does (5.1, 7.2). Real times are
 * ours.
 */
export const GD32VF103_1000: PartSpec = {
  ...F105,
  name: 'GD32VF103-1000',
  vendorId: 0x28e9,
  productId: 0x0189,
  bcdDevice: 0x1000,
  manufacturer: 'GigaDevice',
  product: 'GD32 Device in DFU Mode',
  alternates: alternates('@Internal Flash  /0x08000000/512*002Kg', '@Option Bytes  /0x1FFFF800/01*016 g'),
  regions: [flash({ count: 128, bytes: KIB, eraseMs: 40 }), memory('option-bytes', 1, 0x1fff_f800, 16)],
  ram: [{ address: 0x2000_0000, bytes: 32 * KIB }],
  timing: { ...F105.timing, programMsPerByte: 0.04 / 4, massEraseMs: 100 },
  polls: { setAddressMs: 100, eraseMs: 100, massEraseMs: 100, writeMs: 104 },
  usbSerial: { constant: '3CBJ' },
  application: { ...VIRTUAL_COM_PORT, vendorId: 0x28e9, productId: 0x018a, usbSerial: '3CBJ' },
};

/**
 * Tells the truth about its size, acknowledges a write to what is not blank and drops all of it, fails its mass erase
 * (gd32-dfu-utils#5), and leaves without an answer (sf tickets 104, 108).
 */
export const GD32VF103_0100: PartSpec = {
  ...GD32VF103_1000,
  name: 'GD32VF103-0100',
  bcdDevice: 0x0100,
  alternates: alternates('@Internal Flash  /0x08000000/128*001Kg', '@Option Bytes  /0x1FFFF800/01*016Be'),
  overwrite: 'drops',
  massErase: 'fails',
  onLeave: 'goes-silently',
  polls: { ...GD32VF103_1000.polls, eraseMs: 60 },
};

/** 128 KB, an F103 to a host, under its own VID. Layout and times are ours. */
export const APM32: PartSpec = {
  ...F303,
  name: 'APM32',
  vendorId: 0x314b,
  productId: 0x0106,
  bcdDevice: 0x0200,
  manufacturer: 'Geehy',
  product: 'APM32 DFU ISP Mode',
  alternates: alternates('@Internal Flash  /0x08000000/128*001Kg', '@Option Bytes  /0x1FFFF800/01*016 e'),
  regions: [flash({ count: 128, bytes: KIB, eraseMs: 20 }), memory('option-bytes', 1, 0x1fff_f800, 16)],
  optionBytes: F1_OPTIONS,
  ram: [{ address: 0x2000_0000, bytes: 20 * KIB }],
  timing: { ...F303.timing, massEraseMs: 20 },
  application: { ...VIRTUAL_COM_PORT, vendorId: 0x314b, usbSerial: 'APM32' },
};
