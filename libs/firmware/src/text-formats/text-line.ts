import { Fault } from '@flashline/contracts';

/** Records in one file: enough for the largest file in records of 16 bytes. */
export const RECORDS_MAX = 2_097_152;

/** A line of text that is not blank, without the blanks around it. All lines count, from 1. */
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
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** The value of each ASCII hex digit; -1 for everything else. */
const NIBBLES = Int8Array.from({ length: 256 }, (_, code) => '0123456789abcdef'.indexOf(fold(code)));

function fold(code: number): string {
  return String.fromCharCode(code).toLowerCase();
}

/** The file without the UTF-8 byte order mark that editors on Windows put before a text. */
export function withoutMark(file: Uint8Array): Uint8Array {
  return BYTE_ORDER_MARK.every((byte, at) => file[at] === byte) ? file.subarray(BYTE_ORDER_MARK.length) : file;
}

/** The lines of a file that are not blank; LF, CRLF and CR end one. A blank one costs little: there may be millions. */
export function* linesOf(file: Uint8Array): Generator<Line> {
  for (let start = 0, number = 1; start < file.length; number++) {
    let end = start;
    while (end < file.length && file[end] !== LF && file[end] !== CR) end++;
    const text = trimmed(file, start, end);
    if (text !== null) yield { number, text, isOpen: end === file.length };
    start = end + (file[end] === CR && file[end + 1] === LF ? 2 : 1);
  }
}

/** The fault of a line that is not what the format asks for. */
export function malformedLine(line: number, reason: string): Fault {
  return new Fault('IMAGE_MALFORMED', { line, reason });
}

/** The bytes that hex digits stand for, without an odd last one. A plain loop: it runs for every byte of 64 MiB. */
export function decodeDigits(digits: Uint8Array, line: number): Uint8Array {
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

/** Throws unless a record has the digits its byte count says: IMAGE_TRUNCATED for a cut line, or IMAGE_MALFORMED. */
export function checkDigits(digits: number, expected: number, line: Pick<Line, 'number' | 'isOpen'>): void {
  if (digits === expected) return;
  if (digits < expected && line.isOpen) throw new Fault('IMAGE_TRUNCATED', { line: line.number });
  throw malformedLine(line.number, digits % 2 === 1 ? 'odd number of digits' : 'length differs from its byte count');
}

/** The low byte of a sum: every text format closes its records with one. A plain loop, as above. */
export function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return sum & 0xff;
}

function trimmed(file: Uint8Array, from: number, to: number): Uint8Array | null {
  let start = from;
  let end = to;
  while (start < end && isBlank(file[start])) start++;
  while (end > start && isBlank(file[end - 1])) end--;
  return start < end ? file.subarray(start, end) : null;
}

function isBlank(code: number | undefined): boolean {
  return code === SPACE || code === TAB;
}
