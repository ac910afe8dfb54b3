import type { FlashMemory } from '../flash/flash-memory.ts';
import type { PartSpec } from './part.ts';

/** 0: open. 1: flash is closed to the bootloader until a read-unprotect. 2: there is no bootloader any more. */
export type RdpLevel = 0 | 1 | 2;

/** Any byte that is neither open nor permanent is level 1; ST tools write this one. */
const LEVEL_1 = 0xbb;

/** The level that the option bytes ask for; the chip takes it over at its next reset. */
export function rdpLevelIn(memory: FlashMemory, { optionBytes }: PartSpec): RdpLevel {
  const { address, rdp } = optionBytes;
  const [byte] = memory.read(address + rdp.offset, 1);
  if (byte === rdp.open) return 0;
  return byte === rdp.permanent ? 2 : 1;
}

/** The part as it is after somebody set read protection level 1. */
export function readProtected(part: PartSpec): PartSpec {
  const factory = [...part.optionBytes.factory];
  factory[part.optionBytes.rdp.offset] = LEVEL_1;
  return { ...part, optionBytes: { ...part.optionBytes, factory } };
}
