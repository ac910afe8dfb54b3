import type { PartSpec } from '../part.ts';
import {
  alternates,
  FIRST_GENERATION,
  FULL_SPEED,
  flash,
  HONEST_POLLS,
  KIB,
  memory,
  VIRTUAL_COM_PORT,
} from './generations.ts';
import { F1_OPTIONS, F3_OPTIONS } from './option-bytes.ts';

/**
 * 256 KB in pages of 2 KB behind the small USB device, which stalls whoever asks early. Times are ours, inside the 20-40 ms
 * per page and near the 53.5 us per half-word of the data sheet: 128 * (30 + 53.25) ms + 0.56 s of wire is 11.2 s for 256
 * KB.
 */
export const F303: PartSpec = {
  ...FIRST_GENERATION,
  name: 'F303',
  alternates: alternates('@Internal Flash  /0x08000000/128*0002Kg', '@Option Bytes  /0x1FFFF800/01*016 e'),
  regions: [flash({ count: 128, bytes: 2 * KIB, eraseMs: 30 }), memory('option-bytes', 1, 0x1fff_f800, 16)],
  optionBytes: F3_OPTIONS,
  ram: [
    { address: 0x1000_0000, bytes: 8 * KIB },
    { address: 0x2000_0000, bytes: 40 * KIB },
  ],
  erasedByte: 0xff,
  overwrite: 'refuses',
  whileBusy: 'stalls',
  timing: { ...FULL_SPEED, setAddressMs: 0.1, programMsPerByte: 0.052 / 2, massEraseMs: 40, returnMs: 350 },
  polls: HONEST_POLLS,
  usbSerial: 'per-chip',
  application: VIRTUAL_COM_PORT,
};

/** 128 KB, otherwise an F303 to a host; every chip reports the same USB serial (candleLight_fw#175). */
export const F072: PartSpec = {
  ...F303,
  name: 'F072',
  alternates: alternates('@Internal Flash  /0x08000000/064*0002Kg', '@Option Bytes  /0x1FFFF800/01*016 e'),
  regions: [flash({ count: 64, bytes: 2 * KIB, eraseMs: 30 }), memory('option-bytes', 1, 0x1fff_f800, 16)],
  ram: [{ address: 0x2000_0000, bytes: 16 * KIB }],
  usbSerial: { constant: 'FFFFFFFEFFFF' },
};

/**
 * 256 KB behind the OTG core, which holds early questions; every chip reports the serial `STM32` (sources.md 2.1). Times as
 * F303.
 */
export const F105: PartSpec = {
  ...F303,
  name: 'F105',
  alternates: alternates('@Internal Flash  /0x08000000/128*002Kg', '@Option Bytes  /0x1FFFF800/01*016 e'),
  optionBytes: F1_OPTIONS,
  ram: [{ address: 0x2000_0000, bytes: 64 * KIB }],
  whileBusy: 'holds',
  usbSerial: { constant: 'STM32' },
};
