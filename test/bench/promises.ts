/** What the project promises itself. The bench ends with 1 when one of these is missed. */
export const PROMISES = {
  /** Seconds, as multiples of the floor. */
  ofFloor: { used: 1.1, usedWherePollsLie: 1.15, blank: 1.35 },
  /** Seconds of a board that holds the image already, as a part of what dfu-util takes to write it again. */
  sameOfDfuUtil: 0.25,
  /** Control transfers of a used F405, proof included. */
  transfersMax: 560,
  /** 64 boards in one station, as a multiple of one board. */
  manyOfOne: 1.05,
  plugToTransferMs: 150,
  idleCoresMax: 0.02,
  memoryMiB: 400,
} as const;

/** The rows of the part table of which something is promised, by part. */
export const NAMED: Readonly<Record<string, readonly ('used' | 'blank' | 'same')[]>> = {
  F405: ['used', 'blank', 'same'],
  'F405-lying-polls': ['used', 'same'],
  F303: ['used', 'same'],
  G474: ['used', 'same'],
  L072: ['used', 'same'],
};

/** The real dfu-util 0.11 on a real kernel's USB stack under emulation, where a transfer costs about 3 ms on top. */
export const REAL_DFU_UTIL: Readonly<Record<string, { readonly seconds: number; readonly transfers?: number }>> = {
  F405: { seconds: 6.35, transfers: 794 },
  'F405-lying-polls': { seconds: 34.1 },
  F303: { seconds: 17.4, transfers: 1160 },
  G474: { seconds: 11.8, transfers: 1928 },
  L072: { seconds: 23.8, transfers: 5192 },
};
