import { Fault, hex32 } from '@flashline/contracts';
import { type FirmwareImage, plainImage } from '../image.ts';
import { tooLarge } from '../image-fault.ts';
import { ADDRESS_SPACE_BYTES } from '../ranges.ts';
import { type HexRecord, parseRecord, wordAt } from './hex-record.ts';
import { Pieces } from './pieces.ts';
import { linesOf, malformedLine, RECORDS_MAX } from './text-line.ts';

// Not nrf-intel-hex, the best kept parser on npm: it refuses addresses from 0x80000000 (external flash is at 0x90000000),
// takes address records of any length, and says what is wrong, and where, only in prose.

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
    if (hasEnded) throw malformedLine(line.number, 'text after the end-of-file record');
    if (++records > RECORDS_MAX) throw tooLarge('records', RECORDS_MAX);
    const record = parseRecord(line);
    if (record.kind === 'data') pieces.add(addressOf(record, base, line.number), record.data);
    if (record.kind === 'end') hasEnded = true;
    base = baseAfter(record, base);
  }
  if (!hasEnded) throw new Fault('IMAGE_TRUNCATED', { reason: 'no end-of-file record', records });
  return plainImage('hex', pieces.all());
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
