import type { PartSpec } from '../part.ts';

type OptionBytes = PartSpec['optionBytes'];

/**
 * Option bytes of the first families: the protection byte and its complement, the user byte and its complement, and so on.
 */
function paired(address: number, open: number, permanent: number | null): OptionBytes {
  return {
    address,
    factory: [open, ~open & 0xff, 0xff, 0x00, 0xff, 0x00, 0xff, 0x00, 0xff, 0x00, 0xff, 0x00, 0xff, 0x00, 0xff, 0x00],
    rdp: { offset: 0, open, permanent },
  };
}

/** F1, and the parts made after it (reference manual, as remembered): open is 0xA5, and there is no level 2. */
export const F1_OPTIONS = paired(0x1fff_f800, 0xa5, null);

/** F0 and F3: as the F1, with level 2. */
export const F3_OPTIONS = paired(0x1fff_f800, 0xaa, 0xcc);

/** F4: the user byte is before the protection byte (reference manual, as remembered). */
export const F4_OPTIONS: OptionBytes = {
  address: 0x1fff_c000,
  factory: [0xef, 0xaa, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  rdp: { offset: 1, open: 0xaa, permanent: 0xcc },
};

/** F7: as the F4, elsewhere. */
export const F7_OPTIONS: OptionBytes = { ...F4_OPTIONS, address: 0x1fff_0000 };

/** L0 and L1: half-words, each with its complement (reference manual, as remembered). */
export const L0_OPTIONS: OptionBytes = {
  address: 0x1ff8_0000,
  factory: [0xaa, 0x00, 0x55, 0xff, 0x70, 0x80, 0x8f, 0x7f],
  rdp: { offset: 0, open: 0xaa, permanent: 0xcc },
};

/** L4, G0, G4: the option register first, its complement behind it (reference manual, as remembered). */
export const L4_OPTIONS: OptionBytes = {
  address: 0x1fff_7800,
  factory: [0xaa, 0xf8, 0xef, 0xff, 0x55, 0x07, 0x10, 0x00],
  rdp: { offset: 0, open: 0xaa, permanent: 0xcc },
};

/** WB: as the L4, elsewhere. */
export const WB_OPTIONS: OptionBytes = { ...L4_OPTIONS, address: 0x1fff_8000 };

/**
 * H7: the registers of the flash interface themselves; the protection is the second byte of OPTSR (reference manual, as
 * remembered).
 */
export const H7_OPTIONS: OptionBytes = {
  address: 0x5200_201c,
  factory: [0xf0, 0xaa, 0xc6, 0x13],
  rdp: { offset: 1, open: 0xaa, permanent: 0xcc },
};

/** U5, and C5 as far as we guess: the option register (reference manual, as remembered). */
export const U5_OPTIONS: OptionBytes = {
  address: 0x4002_2040,
  factory: [0xaa, 0xf8, 0xef, 0x1f],
  rdp: { offset: 0, open: 0xaa, permanent: 0xcc },
};

/** AT32F437: as the F1, elsewhere. */
export const AT32F437_OPTIONS = paired(0x1fff_c000, 0xa5, null);
