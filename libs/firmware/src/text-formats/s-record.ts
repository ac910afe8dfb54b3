import { Fault } from '@flashline/contracts';
import { checkDigits, decodeDigits, type Line, malformedLine, sumOf } from './text-line.ts';

/**
 * S0 to S9 by their digit, with the bytes of their address field, after Motorola's M68000 Family Programmer's Reference
 * Manual, appendix C. S6 came later, for counts that do not fit S5. S4 is reserved.
 */
const KINDS = [
  { kind: 'header', addressBytes: 2 },
  { kind: 'data', addressBytes: 2 },
  { kind: 'data', addressBytes: 3 },
  { kind: 'data', addressBytes: 4 },
  null,
  { kind: 'count', addressBytes: 2 },
  { kind: 'count', addressBytes: 3 },
  { kind: 'start', addressBytes: 4 },
  { kind: 'start', addressBytes: 3 },
  { kind: 'start', addressBytes: 2 },
] as const;

/** One line of an S-record file whose checksum is right. */
export interface SRecord {
  readonly kind: NonNullable<(typeof KINDS)[number]>['kind'];
  /** Of a count record, the number of data records before it; of a start record, where a debugger would start. */
  readonly address: number;
  readonly data: Uint8Array;
}

const LETTER_S = 0x53;
const DIGIT_0 = 0x30;
const DIGITS_MAX = 2 * (1 + 0xff);

/** Decodes one record. Throws IMAGE_MALFORMED, IMAGE_CHECKSUM or IMAGE_TRUNCATED, with the line. */
export function parseSRecord({ text, number, isOpen }: Line): SRecord {
  if (text[0] !== LETTER_S) throw malformedLine(number, 'does not start with an S');
  if (text.length === 1 && isOpen) throw new Fault('IMAGE_TRUNCATED', { line: number });
  const spec = KINDS[(text[1] ?? 0) - DIGIT_0];
  if (spec === undefined || spec === null) throw malformedLine(number, 'unknown record type');
  const digits = text.subarray(2);
  if (digits.length > DIGITS_MAX) throw malformedLine(number, 'longer than any record');
  const bytes = decodeDigits(digits, number);
  checkDigits(digits.length, 2 * (1 + (bytes[0] ?? 0)), { number, isOpen });
  // The checksum is the ones' complement of the sum of everything before it.
  if (sumOf(bytes) !== 0xff) throw new Fault('IMAGE_CHECKSUM', { line: number });

  const dataAt = 1 + spec.addressBytes;
  if (bytes.length <= dataAt) throw malformedLine(number, 'wrong length for its type');
  const data = bytes.subarray(dataAt, -1);
  const hasData = spec.kind === 'data' || spec.kind === 'header';
  if (data.length > 0 && !hasData) throw malformedLine(number, 'wrong length for its type');
  return { kind: spec.kind, address: numberIn(bytes.subarray(1, dataAt)), data };
}

/** A big-endian number of up to 32 bits. */
function numberIn(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 0x100 + byte, 0);
}
