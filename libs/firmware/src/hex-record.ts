import { Fault } from '@flashline/contracts';

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

/** A line of text, without the blanks around it. Lines count from 1. */
export interface Line {
  readonly number: number;
  readonly text: Uint8Array;
  /** The file ends here without a line break: the line may have been cut. */
  readonly isOpen: boolean;
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
/** Count, address (2), type and checksum: what a record has besides its data. */
const FRAME_BYTES = 5;
const DIGITS_MAX = 2 * (FRAME_BYTES + 0xff);

/** The value of each ASCII hex digit; -1 for everything else. */
const NIBBLES = Int8Array.from({ length: 256 }, (_, code) => '0123456789abcdef'.indexOf(fold(code)));

function fold(code: number): string {
  return String.fromCharCode(code).toLowerCase();
}

/** Splits a file into lines; LF, CRLF and CR all end one. */
export function* linesOf(file: Uint8Array): Generator<Line> {
  for (let start = 0, number = 1; start < file.length; number++) {
    let end = start;
    while (end < file.length && file[end] !== LF && file[end] !== CR) end++;
    yield { number, text: trim(file.subarray(start, end)), isOpen: end === file.length };
    start = end + (file[end] === CR && file[end + 1] === LF ? 2 : 1);
  }
}

/** Decodes one record. Throws IMAGE_MALFORMED, IMAGE_CHECKSUM or IMAGE_TRUNCATED, with the line. */
export function parseRecord({ text, number, isOpen }: Line): HexRecord {
  if (text[0] !== COLON) throw malformedLine(number, 'does not start with a colon');
  const digits = text.subarray(1);
  if (digits.length > DIGITS_MAX) throw malformedLine(number, 'longer than any record');
  const bytes = decodeDigits(digits, number);
  checkLength(digits.length, bytes[0] ?? 0, { number, isOpen });
  if (!isZeroSum(bytes)) throw new Fault('IMAGE_CHECKSUM', { line: number });

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

/** The fault of a line that is not what the format asks for. */
export function malformedLine(line: number, reason: string): Fault {
  return new Fault('IMAGE_MALFORMED', { line, reason });
}

/** Plain loops here and in `isZeroSum`: they run for every byte of files of 64 MiB. */
function decodeDigits(digits: Uint8Array, line: number): Uint8Array {
  const bytes = new Uint8Array(digits.length >> 1);
  let byte = 0;
  for (let at = 0; at < digits.length; at++) {
    const nibble = NIBBLES[digits[at] ?? 0] ?? -1;
    if (nibble < 0) throw malformedLine(line, 'not a hex digit');
    byte = ((byte << 4) | nibble) & 0xff;
    if (at % 2 === 1) bytes[at >> 1] = byte;
  }
  return bytes;
}

/** All bytes of a record, its checksum among them, add up to 0. */
function isZeroSum(bytes: Uint8Array): boolean {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return (sum & 0xff) === 0;
}

function checkLength(digits: number, count: number, line: Pick<Line, 'number' | 'isOpen'>): void {
  const expected = 2 * (FRAME_BYTES + count);
  if (digits === expected) return;
  if (digits < expected && line.isOpen) throw new Fault('IMAGE_TRUNCATED', { line: line.number });
  throw malformedLine(line.number, digits % 2 === 1 ? 'odd number of digits' : 'length differs from its byte count');
}

function trim(text: Uint8Array): Uint8Array {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text[start])) start++;
  while (end > start && isBlank(text[end - 1])) end--;
  return text.subarray(start, end);
}

function isBlank(code: number | undefined): boolean {
  return code === SPACE || code === TAB;
}
