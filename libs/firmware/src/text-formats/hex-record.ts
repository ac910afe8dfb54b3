import { Fault } from '@flashline/contracts';
import { checkDigits, decodeDigits, type Line, malformedLine, sumOf } from './text-line.ts';

/** The record types of Intel's specification (Hexadecimal Object File Format, rev. A), in their order: 00 to 05. */
const KINDS = [
  { kind: 'data', bytes: null },
  { kind: 'end', bytes: 0 },
  { kind: 'segment', bytes: 2 },
  { kind: 'start-segment', bytes: 4 },
  { kind: 'linear', bytes: 2 },
  { kind: 'start-linear', bytes: 4 },
] as const;

/** One line of an Intel HEX file whose checksum is right. */
export interface HexRecord {
  readonly kind: (typeof KINDS)[number]['kind'];
  /** The 16-bit address field. */
  readonly offset: number;
  readonly data: Uint8Array;
}

const COLON = 0x3a;
/** Count, address (2), type and checksum: what a record has besides its data. */
const FRAME_BYTES = 5;
const DIGITS_MAX = 2 * (FRAME_BYTES + 0xff);

/** Decodes one record. Throws IMAGE_MALFORMED, IMAGE_CHECKSUM or IMAGE_TRUNCATED, with the line. */
export function parseRecord({ text, number, isOpen }: Line): HexRecord {
  if (text[0] !== COLON) throw malformedLine(number, 'does not start with a colon');
  const digits = text.subarray(1);
  if (digits.length > DIGITS_MAX) throw malformedLine(number, 'longer than any record');
  const bytes = decodeDigits(digits, number);
  checkDigits(digits.length, 2 * (FRAME_BYTES + (bytes[0] ?? 0)), { number, isOpen });
  // All bytes of a record, its checksum among them, add up to 0.
  if (sumOf(bytes) !== 0) throw new Fault('IMAGE_CHECKSUM', { line: number });

  const data = bytes.subarray(FRAME_BYTES - 1, -1);
  const spec = KINDS[bytes[3] ?? 0];
  if (spec === undefined) throw malformedLine(number, 'unknown record type');
  if (spec.bytes !== null && spec.bytes !== data.length) throw malformedLine(number, 'wrong length for its type');
  return { kind: spec.kind, offset: wordAt(bytes, 1), data };
}

/** The big-endian 16-bit number at an index. */
export function wordAt(bytes: Uint8Array, index: number): number {
  return (bytes[index] ?? 0) * 0x100 + (bytes[index + 1] ?? 0);
}
