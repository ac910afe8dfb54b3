import type { Range } from '../image.ts';
import { split } from './write-hex.ts';

/** Bytes of the address field of S0 to S9. */
const ADDRESS_BYTES = [2, 2, 3, 4, 2, 2, 3, 4, 3, 2];

/** One S-record as text, without a line break. */
export function sRecord(type: number, address: number, data: readonly number[] | Uint8Array = []): string {
  const addressBytes = ADDRESS_BYTES[type] ?? 2;
  const field = address.toString(16).padStart(2 * addressBytes, '0');
  const body = [addressBytes + data.length + 1, ...Buffer.from(field, 'hex'), ...data];
  const checksum = 0xff - (body.reduce((sum, byte) => sum + byte, 0) & 0xff);
  return `S${type}${Buffer.from([...body, checksum])
    .toString('hex')
    .toUpperCase()}`;
}

/** How to write S-records: every choice that must not change what is read back. */
export interface SRecordStyle {
  /** Data bytes per record, used in turn. */
  readonly sizes: readonly number[];
  readonly lineBreak: string;
  readonly isLowerCase: boolean;
  /** Writes each record with the shortest address that will do. */
  readonly isShort: boolean;
  readonly hasCount: boolean;
}

/** Records of 16 bytes with 32-bit addresses and a count. */
const PLAIN_S: SRecordStyle = {
  sizes: [16],
  lineBreak: '\n',
  isLowerCase: false,
  isShort: false,
  hasCount: true,
};

/** Writes ranges as S-records. */
export function writeSRecords(ranges: readonly Range[], style: SRecordStyle = PLAIN_S): Uint8Array {
  const rows = ranges.flatMap((range) => split(range, style.sizes));
  const records = rows.map(({ address, data }) => sRecord(style.isShort ? shortest(address) : 3, address, data));
  const count = style.hasCount ? [sRecord(rows.length > 0xffff ? 6 : 5, rows.length)] : [];
  const text = [sRecord(0, 0, Buffer.from('HDR')), ...records, ...count, sRecord(7, 0), ''].join(style.lineBreak);
  return new TextEncoder().encode(style.isLowerCase ? text.toLowerCase().replaceAll('s', 'S') : text);
}

function shortest(address: number): number {
  if (address <= 0xffff) return 1;
  return address <= 0xff_ffff ? 2 : 3;
}
