import type { PartSpec } from '../part.ts';
import { F303 } from './f0-f1-f3.ts';
import { alternates, flash, KIB, memory } from './generations.ts';
import { L0_OPTIONS, L4_OPTIONS } from './option-bytes.ts';

/** 192 KB in pages of 128 bytes, erased to zero, and a layout string without a unit (sources.md 2.1). Times are ours. */
export const L072: PartSpec = {
  ...F303,
  name: 'L072',
  alternates: alternates('@Internal Flash  /0x08000000/1536*128g', '@Option Bytes  /0x1FF80000/01*032 e'),
  regions: [flash({ count: 1536, bytes: 128, eraseMs: 3.2 }), memory('option-bytes', 1, 0x1ff8_0000, 32)],
  optionBytes: L0_OPTIONS,
  ram: [{ address: 0x2000_0000, bytes: 20 * KIB }],
  erasedByte: 0x00,
  overwrite: 'combines',
  timing: { ...F303.timing, programMsPerByte: 3.2 / 128 },
};

/**
 * 256 KB in pages of 256 bytes, erased to zero, with 8 KB of EEPROM (sources.md 2.1). Times are those of the L072: 3.2 ms per
 * 128 bytes.
 */
export const L152: PartSpec = {
  ...L072,
  name: 'L152',
  alternates: alternates(
    '@Internal Flash  /0x08000000/1024*256 g',
    '@Option Bytes  /0x1FF80000/01*032 e',
    '@DATA Memory /0x08080000/02*004Ke',
  ),
  regions: [
    flash({ count: 1024, bytes: 256, eraseMs: 3.2 }),
    memory('data', 2, 0x0808_0000, 4 * KIB, 4 * KIB),
    memory('option-bytes', 1, 0x1ff8_0000, 32),
  ],
  ram: [{ address: 0x2000_0000, bytes: 32 * KIB }],
};

/**
 * 512 KB; double words are programmed once. 22 ms per page and 82 us per double word are the data sheet's, as remembered;
 * it reports 21 ms per write.
 */
export const L476: PartSpec = {
  ...F303,
  name: 'L476',
  alternates: alternates(
    '@Internal Flash  /0x08000000/0256*0002Kg',
    '@Option Bytes  /0x1FFF7800/01*040 e',
    '@OTP Memory /0x1FFF7000/01*0001Ke',
    '@Device Feature/0xFFFF0000/01*004 e',
  ),
  regions: [
    flash({ count: 256, bytes: 2 * KIB, eraseMs: 22 }),
    memory('otp', 2, 0x1fff_7000, KIB),
    memory('option-bytes', 1, 0x1fff_7800, 40),
    memory('data', 3, 0xffff_0000, 4),
  ],
  optionBytes: L4_OPTIONS,
  ram: [
    { address: 0x1000_0000, bytes: 32 * KIB },
    { address: 0x2000_0000, bytes: 96 * KIB },
  ],
  overwrite: 'once-per-word',
  wordBytes: 8,
  timing: { ...F303.timing, programMsPerByte: 0.082 / 8, massEraseMs: 25 },
  polls: { ...F303.polls, writeMs: 21 },
};
