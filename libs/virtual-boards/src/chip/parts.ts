import type { MemoryRegion, PartSpec, SectorRun } from './part.ts';

const KIB = 1024;

/** ROMs of the first generation (dfuse.md 1.5): attributes are CanDnload, CanUpload, WillDetach. */
const FIRST_GENERATION = {
  vendorId: 0x0483,
  productId: 0xdf11,
  bcdDevice: 0x2200,
  product: 'STM32  BOOTLOADER',
  functional: { attributes: 0x0b, detachTimeoutMs: 255, transferSize: 2048, bcdDfu: 0x011a },
} as const;

/** A virtual COM port; Betaflight's F4 build reports this constant serial (dfuse.md 5.8, 6.2). */
const VIRTUAL_COM_PORT = { vendorId: 0x0483, productId: 0x5740, bcdDevice: 0x0200, usbSerial: '0x8000000' } as const;

/**
 * Full speed: 64-byte packets with 13 bytes of overhead are 1216 bytes per ms (USB 2.0, table 5-9); the fixed cost of a
 * control transfer is ours. 256 KB down and up again is 0.43 s of data stage and 0.09 s for some 540 transfers.
 */
const FULL_SPEED = { wireMsPerTransfer: 0.16, wireMsPerByte: 1 / 1216 } as const;

function flash(sectors: readonly SectorRun[]): MemoryRegion {
  return { address: 0x0800_0000, sectors, erasable: true, resetsWhenWritten: false };
}

function small(address: number, bytes: number, resetsWhenWritten = false): MemoryRegion {
  return { address, sectors: [{ count: 1, bytes, eraseMs: 0 }], erasable: false, resetsWhenWritten };
}

/**
 * 1 MB. Times are the typical ones of the data sheet at x32 as we remember it: 250, 550 and 1000 ms per sector, 16 us per word.
 * So 256 KB cost 4 * 250 + 550 + 1000 = 2.55 s of erase, 128 * 8.19 ms = 1.05 s of programming and 0.52 s of wire: 4.12 s.
 * Mass erase takes up to 32 s and reports 100 ms (sf ticket 3); 16 s here is ours.
 */
export const F405: PartSpec = {
  ...FIRST_GENERATION,
  name: 'F405',
  alternates: [
    { alternate: 0, name: '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg' },
    { alternate: 1, name: '@Option Bytes  /0x1FFFC000/01*016 e' },
    { alternate: 2, name: '@OTP Memory /0x1FFF7800/01*512 e,01*016 e' },
    { alternate: 3, name: '@Device Feature/0xFFFF0000/01*004 e' },
  ],
  regions: [
    flash([
      { count: 4, bytes: 16 * KIB, eraseMs: 250 },
      { count: 1, bytes: 64 * KIB, eraseMs: 550 },
      { count: 7, bytes: 128 * KIB, eraseMs: 1000 },
    ]),
    {
      address: 0x1fff_7800,
      sectors: [
        { count: 1, bytes: 512, eraseMs: 0 },
        { count: 1, bytes: 16, eraseMs: 0 },
      ],
      erasable: false,
      resetsWhenWritten: false,
    },
    small(0x1fff_c000, 16, true),
    small(0xffff_0000, 4),
  ],
  ram: [
    { address: 0x1000_0000, bytes: 64 * KIB },
    { address: 0x2000_0000, bytes: 128 * KIB },
  ],
  erasedByte: 0xff,
  overwrite: 'combines',
  whileBusy: 'holds',
  timing: { ...FULL_SPEED, setAddressMs: 0.1, programMsPerByte: 0.016 / 4, massEraseMs: 16_000, returnMs: 350 },
  polls: { setAddressMs: 'honest', eraseMs: 'honest', massEraseMs: 100, writeMs: 'honest' },
  usbSerial: 'per-chip',
  application: VIRTUAL_COM_PORT,
};

/** An F405 whose ROM reports 104 ms for 8 ms of work, as F7 ROMs do (fwupd#2696 log). */
export const F405_LYING: PartSpec = {
  ...F405,
  name: 'F405-lying-polls',
  polls: { ...F405.polls, setAddressMs: 104, writeMs: 104 },
};

/**
 * 256 KB in pages of 2 KB behind the small USB device, which stalls whoever asks early. Times are ours, inside the 20-40 ms per page
 * and near the 53.5 us per half-word of the data sheet: 128 * (30 + 53.25) ms + 0.56 s of wire is 11.2 s for 256 KB.
 */
export const F303: PartSpec = {
  ...FIRST_GENERATION,
  name: 'F303',
  alternates: [
    { alternate: 0, name: '@Internal Flash  /0x08000000/128*0002Kg' },
    { alternate: 1, name: '@Option Bytes  /0x1FFFF800/01*016 e' },
  ],
  regions: [flash([{ count: 128, bytes: 2 * KIB, eraseMs: 30 }]), small(0x1fff_f800, 16, true)],
  ram: [
    { address: 0x1000_0000, bytes: 8 * KIB },
    { address: 0x2000_0000, bytes: 40 * KIB },
  ],
  erasedByte: 0xff,
  overwrite: 'refuses',
  whileBusy: 'stalls',
  timing: { ...FULL_SPEED, setAddressMs: 0.1, programMsPerByte: 0.052 / 2, massEraseMs: 40, returnMs: 350 },
  polls: { setAddressMs: 'honest', eraseMs: 'honest', massEraseMs: 'honest', writeMs: 'honest' },
  usbSerial: 'per-chip',
  application: VIRTUAL_COM_PORT,
};

/** 128 KB, otherwise an F303 to a host; every chip reports the same USB serial (candleLight_fw#175). */
export const F072: PartSpec = {
  ...F303,
  name: 'F072',
  alternates: [
    { alternate: 0, name: '@Internal Flash  /0x08000000/064*0002Kg' },
    { alternate: 1, name: '@Option Bytes  /0x1FFFF800/01*016 e' },
  ],
  regions: [flash([{ count: 64, bytes: 2 * KIB, eraseMs: 30 }]), small(0x1fff_f800, 16, true)],
  ram: [{ address: 0x2000_0000, bytes: 16 * KIB }],
  usbSerial: { constant: 'FFFFFFFEFFFF' },
};

/** 192 KB in pages of 128 bytes, erased to zero, and a layout string without a unit (dfuse.md 2.1). Times are ours. */
export const L072: PartSpec = {
  ...F303,
  name: 'L072',
  alternates: [
    { alternate: 0, name: '@Internal Flash  /0x08000000/1536*128g' },
    { alternate: 1, name: '@Option Bytes  /0x1FF80000/01*032 e' },
  ],
  regions: [flash([{ count: 1536, bytes: 128, eraseMs: 3.2 }]), small(0x1ff8_0000, 32, true)],
  ram: [{ address: 0x2000_0000, bytes: 20 * KIB }],
  erasedByte: 0x00,
  overwrite: 'combines',
  timing: { ...F303.timing, programMsPerByte: 3.2 / 128 },
};

/** Every part there is a virtual board of. */
export const PARTS: readonly PartSpec[] = [F405, F405_LYING, F303, F072, L072];
