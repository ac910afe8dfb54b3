import type { Habits, MemoryKind, MemoryRegion, PartSpec, SectorRun } from '../part.ts';

export const KIB = 1024;

/** What most ROMs do; a part names only where it differs. */
const USUAL: Habits = {
  overwrite: 'combines',
  wordBytes: 1,
  whileBusy: 'holds',
  massErase: 'works',
  strayClearStatus: 'fails',
  whenProtected: 'refuses',
  onLeave: 'answers',
  functionalAlone: 'answers',
  wedgesFrom: null,
};

/** ROMs of the first generation (sources.md 1.5): attributes are CanDnload, CanUpload, WillDetach. */
export const FIRST_GENERATION = {
  ...USUAL,
  vendorId: 0x0483,
  productId: 0xdf11,
  bcdDevice: 0x2200,
  bcdUsb: 0x0100,
  manufacturer: 'STMicroelectronics',
  product: 'STM32  BOOTLOADER',
  functional: { attributes: 0x0b, detachTimeoutMs: 255, transferSize: 2048, bcdDfu: 0x011a },
} as const;

/** ROMs of the second generation (sources.md 1.5): half the transfer size, flash with an error-correcting code. */
export const SECOND_GENERATION = {
  ...FIRST_GENERATION,
  bcdDevice: 0x0200,
  bcdUsb: 0x0200,
  product: 'DFU in FS Mode',
  functional: { ...FIRST_GENERATION.functional, transferSize: 1024 },
  overwrite: 'once-per-word',
} as const;

/** A virtual COM port; Betaflight's F4 build reports this constant serial (sources.md 5.8, 6.2). */
export const VIRTUAL_COM_PORT = {
  vendorId: 0x0483,
  productId: 0x5740,
  bcdDevice: 0x0200,
  usbSerial: '0x8000000',
} as const;

/**
 * Full speed: 64-byte packets with 13 bytes of overhead are 1216 bytes per ms (USB 2.0, table 5-9); the fixed cost of a
 * control transfer is ours. 256 KB down and up again is 0.43 s of data stage and 0.09 s for some 540 transfers.
 */
export const FULL_SPEED = { wireMsPerTransfer: 0.16, wireMsPerByte: 1 / 1216 } as const;

export const HONEST_POLLS: PartSpec['polls'] = {
  setAddressMs: 'honest',
  eraseMs: 'honest',
  massEraseMs: 'honest',
  writeMs: 'honest',
};

/** Flash from the address where all of these parts have it, reached through alternate setting 0. */
export function flash(...sectors: readonly SectorRun[]): MemoryRegion {
  return { kind: 'flash', address: 0x0800_0000, sectors, alternates: [0] };
}

/** A memory that is not erased, in pieces of these sizes, reached through one alternate setting. */
export function memory(
  kind: Exclude<MemoryKind, 'flash'>,
  alternate: number,
  address: number,
  ...pieces: readonly number[]
): MemoryRegion {
  return {
    kind,
    address,
    sectors: pieces.map((bytes) => ({ count: 1, bytes, eraseMs: 0 })),
    alternates: [alternate],
  };
}

/** The alternate settings of an interface, by their layout strings, in order. */
export function alternates(...names: readonly string[]): PartSpec['alternates'] {
  return names.map((name, alternate) => ({ alternate, name }));
}
