import type { Range } from '../image.ts';
import { sumOf } from './text-line.ts';

const HEX_ROW_BYTES = 16;
const S_ROW_BYTES = 32;
/** An S5 record counts to here. More go uncounted: S6 came late, and not every programmer knows it. */
const S5_RECORDS_MAX = 0xffff;

/** Writes ranges as Intel HEX with linear addresses, as objcopy does. */
export function writeIntelHex(ranges: readonly Range[]): Uint8Array {
  const lines: string[] = [];
  let page = 0;
  for (const { address, data } of rowsOf(ranges, HEX_ROW_BYTES)) {
    if (address >>> 16 !== page) {
      page = address >>> 16;
      lines.push(hexRecord(4, 0, bigEndian(page, 2)));
    }
    lines.push(hexRecord(0, address & 0xffff, data));
  }
  return textOf([...lines, hexRecord(1, 0, new Uint8Array())]);
}

/** Writes ranges as Motorola S-records with 32-bit addresses. */
export function writeSRecordFile(ranges: readonly Range[]): Uint8Array {
  const rows = [...rowsOf(ranges, S_ROW_BYTES)];
  return textOf([
    sRecord(0, bigEndian(0, 2)),
    ...rows.map(({ address, data }) => sRecord(3, Buffer.concat([bigEndian(address, 4), data]))),
    ...(rows.length <= S5_RECORDS_MAX ? [sRecord(5, bigEndian(rows.length, 2))] : []),
    sRecord(7, bigEndian(0, 4)),
  ]);
}

/** Cuts ranges at multiples of a power of two, so that no row crosses the 64 KiB that a HEX record can name. */
function* rowsOf(ranges: readonly Range[], rowBytes: number): Generator<Range> {
  for (const { address, data } of ranges) {
    for (let at = 0; at < data.length; ) {
      const bytes = rowBytes - ((address + at) % rowBytes);
      yield { address: address + at, data: data.subarray(at, at + bytes) };
      at += bytes;
    }
  }
}

function hexRecord(type: number, offset: number, data: Uint8Array): string {
  const body = Buffer.concat([Buffer.of(data.length), bigEndian(offset, 2), Buffer.of(type), data]);
  return `:${digitsOf(body)}${digitsOf(Buffer.of(-sumOf(body) & 0xff))}`;
}

function sRecord(type: number, content: Uint8Array): string {
  const body = Buffer.concat([Buffer.of(content.length + 1), content]);
  return `S${type}${digitsOf(body)}${digitsOf(Buffer.of(~sumOf(body) & 0xff))}`;
}

function bigEndian(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

function digitsOf(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase();
}

function textOf(lines: readonly string[]): Uint8Array {
  return Buffer.from(`${lines.join('\n')}\n`, 'latin1');
}
