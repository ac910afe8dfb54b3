import type { PartSpec } from '@flashline/virtual-boards';
import { flashOf, type Stretch } from './bench-image.ts';

/** What a board holds before it is flashed: something else in every sector, nothing, or the image itself. */
export type Held = 'used' | 'blank' | 'same';

/** Control transfers that DfuSe cannot do without (sources.md 1.2): DNLOAD and two GETSTATUS for whatever takes time. */
const PER_OPERATION = 3;
/** UPLOAD needs no GETSTATUS. */
const PER_READ = 1;
const ABORT_BEFORE_READING = 1;

/**
 * The least milliseconds in which an image can be put into a part and read back, sector by sector over DfuSe, worked out from
 * the silicon and the wire alone:
 *
 *   erase times of the sectors under it (used), and 3 transfers for each
 * + programming time of every byte (used, blank), and 3 transfers for each block
 * + 1 transfer for each block read back, 3 for one SET_ADDRESS, 1 for one ABORT
 * + the data stage of every byte down (used, blank) and up again
 *
 * A part that is read-protected is erased by taking that off, and comes back to the bus.
 */
export function floorMs(part: PartSpec, stretch: Stretch, held: Held): number {
  const { timing, functional } = part;
  const clearing = clearingOf(part, stretch, held);
  const blocks = Math.ceil(stretch.bytes / functional.transferSize);
  const written = held === 'same' ? 0 : 1;
  const operations = clearing.operations + written * blocks + 1;
  const transfers = PER_OPERATION * operations + PER_READ * blocks + ABORT_BEFORE_READING;
  const wireMs = transfers * timing.wireMsPerTransfer + (written + 1) * stretch.bytes * timing.wireMsPerByte;
  return clearing.ms + written * stretch.bytes * timing.programMsPerByte + wireMs;
}

interface Clearing {
  readonly ms: number;
  readonly operations: number;
}

const NOTHING: Clearing = { ms: 0, operations: 0 };

function clearingOf(part: PartSpec, { address, bytes }: Stretch, held: Held): Clearing {
  if (held === 'same') return NOTHING;
  if (isProtected(part)) return { ms: part.timing.massEraseMs + part.timing.returnMs, operations: 1 };
  if (held === 'blank') return NOTHING;
  const under = flashOf(part).filter(
    (sector) => sector.address < address + bytes && address < sector.address + sector.bytes,
  );
  return { ms: under.reduce((sum, { eraseMs }) => sum + eraseMs, 0), operations: under.length };
}

function isProtected({ optionBytes: { factory, rdp } }: PartSpec): boolean {
  return factory[rdp.offset] !== rdp.open;
}
