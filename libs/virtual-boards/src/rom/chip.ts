import type { PartSpec } from '../chip/part.ts';
import { type RdpLevel, rdpLevelIn } from '../chip/read-protection.ts';
import type { FlashMemory } from '../flash/flash-memory.ts';
import type { Sector } from '../flash/sectors.ts';
import type { Sins } from './sins.ts';

/** Reads memory the way the wire sees it, which on a faulty board is not what is there. */
export type ReadOut = (address: number, length: number) => Uint8Array;

/** The chip that requests work on: what a reset sets back, and what it keeps. */
export class Chip {
  readonly part: PartSpec;
  readonly memory: FlashMemory;
  readonly sins: Sins;
  readonly #readOut: ReadOut;
  /** The address pointer; the ROM starts with the beginning of flash (AN2662). */
  pointer = 0;
  /** The alternate setting that the host selected. */
  alternate = 0;
  #rdpLevel: RdpLevel = 0;

  constructor(part: PartSpec, memory: FlashMemory, sins: Sins, readOut: ReadOut) {
    this.part = part;
    this.memory = memory;
    this.sins = sins;
    this.#readOut = readOut;
    this.reset();
  }

  get rdpLevel(): RdpLevel {
    return this.#rdpLevel;
  }

  /** Power-on or system reset: only now do option bytes take effect. */
  reset(): void {
    this.pointer = this.part.regions[0]?.address ?? 0;
    this.alternate = 0;
    this.#rdpLevel = rdpLevelIn(this.memory, this.part);
  }

  /** The sector at an address, if there is one and the selected alternate setting leads to it; else the sin is noted. */
  reach(address: number): Sector | null {
    const sector = this.memory.sectorAt(address);
    if (sector?.alternates.includes(this.alternate)) return sector;
    if (sector && sector.alternates.length > 0)
      this.sins.add('wrong-alternate', { address, alternate: this.alternate });
    else this.sins.add('outside-map', { address });
    return null;
  }

  /** True when read protection closes a memory. Option bytes and OTP stay open: that is how a host finds the protection. */
  isClosed({ kind }: Sector): boolean {
    return this.#rdpLevel > 0 && (kind === 'flash' || kind === 'data');
  }

  /** Up to `length` bytes from `address` to the end of its memory, as the host gets them. */
  readOut(address: number, sector: Sector, length: number): Uint8Array {
    const bytes = Math.min(length, sector.regionEnd - address);
    return this.isClosed(sector) ? new Uint8Array(bytes).fill(this.part.erasedByte) : this.#readOut(address, bytes);
  }
}
