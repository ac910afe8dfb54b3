import type { PartSpec, SectorRun } from '../part.ts';
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
import { F4_OPTIONS, F7_OPTIONS } from './option-bytes.ts';

const BANK: readonly SectorRun[] = [
  { count: 4, bytes: 16 * KIB, eraseMs: 250 },
  { count: 1, bytes: 64 * KIB, eraseMs: 550 },
  { count: 7, bytes: 128 * KIB, eraseMs: 1000 },
];

/**
 * 1 MB. Times are the typical ones of the data sheet at x32 as we remember it: 250, 550 and 1000 ms per sector, 16 us per
 * word. So 256 KB cost 4 * 250 + 550 + 1000 = 2.55 s of erase, 128 * 8.19 ms = 1.05 s of programming and 0.52 s of wire:
 * 4.12 s. Mass erase takes up to 32 s and reports 100 ms (sf ticket 3); 16 s here is ours.
 */
export const F405: PartSpec = {
  ...FIRST_GENERATION,
  name: 'F405',
  alternates: alternates(
    '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg',
    '@Option Bytes  /0x1FFFC000/01*016 e',
    '@OTP Memory /0x1FFF7800/01*512 e,01*016 e',
    '@Device Feature/0xFFFF0000/01*004 e',
  ),
  regions: [
    flash(...BANK),
    memory('otp', 2, 0x1fff_7800, 512, 16),
    memory('option-bytes', 1, 0x1fff_c000, 16),
    memory('data', 3, 0xffff_0000, 4),
  ],
  optionBytes: F4_OPTIONS,
  ram: [
    { address: 0x1000_0000, bytes: 64 * KIB },
    { address: 0x2000_0000, bytes: 128 * KIB },
  ],
  erasedByte: 0xff,
  timing: { ...FULL_SPEED, setAddressMs: 0.1, programMsPerByte: 0.016 / 4, massEraseMs: 16_000, returnMs: 350 },
  polls: { ...HONEST_POLLS, massEraseMs: 100 },
  usbSerial: 'per-chip',
  application: VIRTUAL_COM_PORT,
};

/** An F405 whose ROM reports 104 ms for 8 ms of work, as F7 ROMs do (fwupd#2696 log). */
export const F405_LYING: PartSpec = {
  ...F405,
  name: 'F405-lying-polls',
  polls: { ...F405.polls, setAddressMs: 104, writeMs: 104 },
};

/** 2 MB in two banks, with two option bytes and two OTP areas in one layout string each (sources.md 2.1). Times as F405. */
export const F427: PartSpec = {
  ...F405,
  name: 'F427',
  alternates: alternates(
    '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg,04*016Kg,01*064Kg,07*128Kg',
    '@Option Bytes  /0x1FFFC000/01*016 e/0x1FFEC000/01*016 e',
    '@OTP Memory /0x1FFF7800/01*512 e,01*016 e/0x1FFE7800/01*512 e,01*016 e',
    '@Device Feature/0xFFFF0000/01*004 e',
  ),
  regions: [
    flash(...BANK, ...BANK),
    memory('otp', 2, 0x1ffe_7800, 512, 16),
    memory('option-bytes', 1, 0x1ffe_c000, 16),
    memory('otp', 2, 0x1fff_7800, 512, 16),
    memory('option-bytes', 1, 0x1fff_c000, 16),
    memory('data', 3, 0xffff_0000, 4),
  ],
  timing: { ...F405.timing, massEraseMs: 32_000 },
};

/**
 * 1 MB; reports 104 ms for every write (fwupd#2696 log, sources.md 7.2). Erase times are ours, up to 1.5 s as fwupd PR#1944
 * saw.
 */
export const F745_LYING: PartSpec = {
  ...F405,
  name: 'F745-lying-polls',
  alternates: alternates(
    '@Internal Flash  /0x08000000/04*032Kg,01*128Kg,03*256Kg',
    '@Option Bytes  /0x1FFF0000/01*032 e',
    '@OTP Memory /0x1FF0F000/01*1024 e',
  ),
  regions: [
    flash(
      { count: 4, bytes: 32 * KIB, eraseMs: 250 },
      { count: 1, bytes: 128 * KIB, eraseMs: 600 },
      { count: 3, bytes: 256 * KIB, eraseMs: 1500 },
    ),
    memory('otp', 2, 0x1ff0_f000, 1024),
    memory('option-bytes', 1, 0x1fff_0000, 32),
  ],
  optionBytes: F7_OPTIONS,
  ram: [{ address: 0x2000_0000, bytes: 320 * KIB }],
  polls: { ...F405.polls, setAddressMs: 104, writeMs: 104 },
};

/**
 * 2 MB with nDBANK = 0: two banks of small sectors, while the ROM goes on describing one bank of large ones, so erasing
 * what it calls a sector clears a part of it (sources.md 2.1, 5.1; CubeProgrammer's wrong-sector erases, 5.7). A mass erase
 * never comes to an end (sf ticket 231).
 */
export const F767_DUAL_BANK: PartSpec = {
  ...F745_LYING,
  name: 'F767-dual-bank',
  alternates: alternates(
    '@Internal Flash  /0x08000000/04*032Kg,01*128Kg,07*256Kg',
    '@Option Bytes  /0x1FFF0000/01*032 e',
    '@OTP Memory /0x1FF0F000/01*1024 e',
  ),
  regions: [flash(...BANK, ...BANK), memory('otp', 2, 0x1ff0_f000, 1024), memory('option-bytes', 1, 0x1fff_0000, 32)],
  ram: [{ address: 0x2000_0000, bytes: 512 * KIB }],
  massErase: 'never-ends',
};
