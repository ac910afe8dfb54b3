import { Fault, hex32 } from '@flashline/contracts';
import { type HexRecord, linesOf, malformedLine, parseRecord, wordAt } from './hex-record.ts';
import type { FirmwareImage, Range } from './image.ts';
import { ADDRESS_SPACE_BYTES, joinRanges } from './ranges.ts';

// Not nrf-intel-hex, the best kept parser on npm: it refuses addresses from 0x80000000 (external flash is at 0x90000000),
// takes address records of any length, and says what is wrong, and where, only in prose.

/** Enough for the largest file in records of 16 bytes. */
const RECORDS_MAX = 2_097_152;
/** Stretches of records that follow each other: files written backwards or shuffled have many, but not this many. */
const PIECES_MAX = 262_144;
const SEGMENT_BYTES = 0x1_0000;

/** What the offsets of data records count from. */
interface Base {
  readonly is: 'segment' | 'linear';
  readonly address: number;
}

/**
 * Reads an Intel HEX file without a byte order mark. Throws IMAGE_MALFORMED, IMAGE_CHECKSUM and IMAGE_TRUNCATED with
 * the line, IMAGE_EMPTY, IMAGE_TOO_LARGE, IMAGE_ADDRESS_INVALID and IMAGE_OVERLAP.
 */
export function readIntelHex(text: Uint8Array): FirmwareImage {
  const pieces = new Pieces(text.length);
  let base: Base = { is: 'segment', address: 0 };
  let hasEnded = false;
  let records = 0;
  for (const line of linesOf(text)) {
    if (line.text.length === 0) continue;
    if (hasEnded) throw malformedLine(line.number, 'text after the end-of-file record');
    if (++records > RECORDS_MAX) throw new Fault('IMAGE_TOO_LARGE', { limit: 'records', max: RECORDS_MAX });
    const record = parseRecord(line);
    if (record.kind === 'data') pieces.add(addressOf(record, base, line.number), record.data);
    if (record.kind === 'end') hasEnded = true;
    base = baseAfter(record, base);
  }
  if (!hasEnded) throw new Fault('IMAGE_TRUNCATED', { reason: 'no end-of-file record', records });
  const ranges = joinRanges(pieces.all());
  if (ranges.length === 0) throw new Fault('IMAGE_EMPTY');
  return { format: 'hex', targets: [{ alternate: 0, name: null, ranges }], device: null, warnings: [] };
}

function baseAfter({ kind, data }: HexRecord, base: Base): Base {
  switch (kind) {
    case 'segment':
      return { is: 'segment', address: wordAt(data, 0) * 0x10 };
    case 'linear':
      return { is: 'linear', address: wordAt(data, 0) * 0x1_0000 };
    case 'data':
    case 'end':
    // Where a debugger would start the program. A board starts from its vector table.
    case 'start-segment':
    case 'start-linear':
      return base;
    default:
      return kind satisfies never;
  }
}

/** A linear record may run past its 64 KiB. At the end of a segment the specification wraps and most tools do not: refused. */
function addressOf({ offset, data }: HexRecord, base: Base, line: number): number {
  if (base.is === 'segment' && offset + data.length > SEGMENT_BYTES) {
    throw malformedLine(line, 'crosses the end of its 64 KiB segment');
  }
  const address = base.address + offset;
  if (address + data.length > ADDRESS_SPACE_BYTES) {
    throw new Fault('IMAGE_ADDRESS_INVALID', { line, address: hex32(address), bytes: data.length });
  }
  return address;
}

/** Gathers data records. One that continues the record before it grows the same piece, so an orderly file makes few. */
class Pieces {
  readonly #bytes: Uint8Array;
  #used = 0;
  readonly #pieces: { readonly address: number; readonly start: number; end: number }[] = [];

  /** `digitsMax` bounds the characters the records were written with. */
  constructor(digitsMax: number) {
    this.#bytes = new Uint8Array(digitsMax >> 1);
  }

  add(address: number, data: Uint8Array): void {
    if (data.length === 0) return;
    const start = this.#used;
    this.#bytes.set(data, start);
    this.#used += data.length;
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.address + (last.end - last.start) === address) last.end = this.#used;
    else this.#pieces.push({ address, start, end: this.#used });
    if (this.#pieces.length > PIECES_MAX) throw new Fault('IMAGE_TOO_LARGE', { limit: 'pieces', max: PIECES_MAX });
  }

  all(): Range[] {
    return this.#pieces.map(({ address, start, end }) => ({ address, data: this.#bytes.subarray(start, end) }));
  }
}
