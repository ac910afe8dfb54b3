import type { PartSpec } from '../part.ts';
import {
  alternates,
  FULL_SPEED,
  flash,
  HONEST_POLLS,
  KIB,
  memory,
  SECOND_GENERATION,
  VIRTUAL_COM_PORT,
} from './generations.ts';
import { H7_OPTIONS } from './option-bytes.ts';

/**
 * 2 MB; words of 32 bytes are programmed once. Answers dfuDNBUSY while it works. 0.9 s per sector and 14 s for all of them
 * are from logs (sources.md 7.2), 100 us per word is the data sheet's as remembered. Every chip reports the same serial.
 */
export const H743: PartSpec = {
  ...SECOND_GENERATION,
  name: 'H743',
  alternates: alternates('@Internal Flash   /0x08000000/16*128Kg', '@Option Bytes   /0x5200201C/01*128 e'),
  regions: [flash({ count: 16, bytes: 128 * KIB, eraseMs: 900 }), memory('option-bytes', 1, 0x5200_201c, 128)],
  optionBytes: H7_OPTIONS,
  ram: [
    { address: 0x2400_0000, bytes: 512 * KIB },
    { address: 0x2000_0000, bytes: 128 * KIB },
  ],
  erasedByte: 0xff,
  wordBytes: 32,
  whileBusy: 'answers',
  timing: { ...FULL_SPEED, setAddressMs: 0.1, programMsPerByte: 0.1 / 32, massEraseMs: 14_000, returnMs: 350 },
  polls: HONEST_POLLS,
  usbSerial: { constant: '200364500000' },
  application: VIRTUAL_COM_PORT,
};

/**
 * After an erase in its second bank it says dfuDNBUSY until two CLRSTATUS, though the sector is blank
 * (betaflight-configurator PR#1861).
 */
export const H743_REV_V: PartSpec = { ...H743, name: 'H743-rev-v', wedgesFrom: 0x0810_0000 };

/**
 * 2 MB in sectors of 8 KB and words of 16 bytes, with an OTP area inside the address range of flash (sources.md 2.1). Times
 * are ours.
 */
export const H7A3: PartSpec = {
  ...H743,
  name: 'H7A3',
  alternates: alternates(
    '@Internal Flash   /0x08000000/256*08Kg',
    '@Option Bytes   /0x5200201C/01*297 e',
    '@OTP Memory   /0x08FFF000/01*1024 e',
  ),
  regions: [
    flash({ count: 256, bytes: 8 * KIB, eraseMs: 5 }),
    memory('otp', 2, 0x08ff_f000, KIB),
    memory('option-bytes', 1, 0x5200_201c, 297),
  ],
  wordBytes: 16,
  timing: { ...H743.timing, programMsPerByte: 0.05 / 16, massEraseMs: 1000 },
  usbSerial: 'per-chip',
};
