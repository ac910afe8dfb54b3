import { join } from 'node:path';
import { readPartsFile } from '@flashline/config';
import { ST_BOOTLOADER } from '@flashline/contracts';
import {
  type AttemptContext,
  type AttemptReport,
  type FlashRequest,
  type Progress,
  runAttempt,
} from '@flashline/dfuse';
import type { FirmwareImage, Range } from '@flashline/firmware';
import { type BoardSpec, VirtualBench, VirtualClock } from '@flashline/virtual-boards';

/** What the product knows about parts. */
export const KNOWN_PARTS = await readPartsFile(join(import.meta.dirname, '../../config/parts.yaml'));

export const SLOT = '1-1';
export const FLASH = 0x0800_0000;
const KIB = 1024;

/** An image of these ranges. */
export function imageOf(ranges: readonly Range[], alternate = 0): FirmwareImage {
  return { format: 'hex', targets: [{ alternate, name: null, ranges }], device: null, warnings: [] };
}

/** Bytes that differ from block to block, and that a ROM takes for a firmware when they are the first of its flash. */
export function firmwareBytes(length: number, salt = 0, start = FLASH): Uint8Array {
  const data = new Uint8Array(length).map((_, i) => (i * 7 + (i >> 8) * 13 + salt) & 0xff);
  const view = new DataView(data.buffer);
  if (length >= 4) view.setUint32(0, 0x2000_1000, true);
  if (length >= 8) view.setUint32(4, start + 0x101, true);
  return data;
}

/** Two ranges with a sector of 16 KB between them, as Betaflight leaves one for its settings: three and two blocks. */
export const SMALL = imageOf([
  { address: FLASH, data: firmwareBytes(5 * KIB) },
  { address: FLASH + 32 * KIB, data: firmwareBytes(3 * KIB, 99) },
]);
export const KEPT = { address: FLASH + 16 * KIB, length: 16 * KIB };

/** One board on a bench in virtual time. */
export interface Rig {
  readonly bench: VirtualBench;
  readonly clock: VirtualClock;
  readonly progress: Progress[];
  run(request?: Partial<FlashRequest>, context?: Partial<AttemptContext>, slot?: string): Promise<AttemptReport>;
  /** Whether the flash holds the image, whatever anyone says. */
  holds(image?: FirmwareImage): boolean;
}

export function rigWith(spec: BoardSpec): Rig {
  const clock = new VirtualClock();
  const bench = new VirtualBench({ clock });
  bench.plug(SLOT, spec);
  // A pulled board leaves the bench, and its flash is still worth looking at.
  const { memory } = bench.board(SLOT);
  const progress: Progress[] = [];
  const still = {
    clock,
    signal: new AbortController().signal,
    onProgress: (one: Progress) => void progress.push(one),
    parts: KNOWN_PARTS,
  };
  return {
    bench,
    clock,
    progress,
    run: (request, context, slot = SLOT) =>
      runAttempt(
        bench,
        slot,
        { image: SMALL, board: ST_BOOTLOADER, leave: true, ...request },
        { ...still, ...context },
      ),
    holds: (image = SMALL) =>
      image.targets.every(({ ranges }) =>
        ranges.every(({ address, data }) => Buffer.compare(memory.read(address, data.length), data) === 0),
      ),
  };
}
