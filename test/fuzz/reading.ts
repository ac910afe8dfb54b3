import { Fault } from '@flashline/contracts';
import { type FirmwareImage, readImage } from '@flashline/firmware';
import type { NamedFile } from './good-files.ts';

/** What became of one file, and what it took. */
export interface Reading {
  /** `image`, or the code of a fault. */
  readonly outcome: string;
  readonly cpuMs: number;
  /** How far the process grew beyond the memory it had, at the highest. */
  readonly grownBytes: number;
}

/** Reads a file; throws when that ends neither in a proper image nor in a fault of the image. */
export function readingOf({ name, bytes }: NamedFile): Reading {
  const memoryBefore = process.memoryUsage();
  const cpuBefore = process.cpuUsage();
  const outcome = outcomeOf(() => readImage(bytes, { name }), bytes.length);
  const { user, system } = process.cpuUsage(cpuBefore);
  // A buffer that was made and never filled takes no memory yet: it counts by its size.
  const buffers = process.memoryUsage().arrayBuffers - memoryBefore.arrayBuffers;
  const resident = process.resourceUsage().maxRSS * 1024 - memoryBefore.rss;
  return { outcome, cpuMs: Math.round((user + system) / 1000), grownBytes: Math.max(buffers, resident) };
}

function outcomeOf(act: () => FirmwareImage, fileBytes: number): string {
  try {
    requireProper(act(), fileBytes);
    return 'image';
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code.startsWith('IMAGE_')) return thrown.code;
    throw thrown;
  }
}

/** Ranges in order, apart, within 32 bits, and no more bytes than the file has. */
function requireProper({ targets }: FirmwareImage, fileBytes: number): void {
  for (const { ranges } of targets) {
    let end = -1;
    for (const { address, data } of ranges) {
      if (address <= end || data.length === 0) throw new Error(`a range at ${address} after one to ${end}`);
      end = address + data.length;
    }
    if (end > 2 ** 32) throw new Error(`a range ends at ${end}`);
  }
  const bytes = targets.flatMap(({ ranges }) => ranges).reduce((sum, { data }) => sum + data.length, 0);
  if (bytes === 0 || bytes > fileBytes) throw new Error(`${bytes} bytes of a file of ${fileBytes}`);
}
