import type { Range } from '../image.ts';

/** One Intel HEX record as text, without a line break. */
export function hexRecord(type: number, offset: number, data: readonly number[] | Uint8Array = []): string {
  const body = [data.length, offset >> 8, offset & 0xff, type, ...data];
  const checksum = -body.reduce((sum, byte) => sum + byte, 0) & 0xff;
  return `:${Buffer.from([...body, checksum])
    .toString('hex')
    .toUpperCase()}`;
}

/** How to write a HEX file: every choice that must not change what is read back. */
export interface HexStyle {
  /** Data bytes per record, used in turn. */
  readonly sizes: readonly number[];
  /** One key per record, used in turn: records are written in the order of their keys. */
  readonly order: readonly number[];
  readonly lineBreak: string;
  readonly isLowerCase: boolean;
  /** Writes what lies below 1 MiB with segment records. */
  readonly hasSegments: boolean;
}

/** Records of 16 bytes in order. */
export const PLAIN: HexStyle = {
  sizes: [16],
  order: [0],
  lineBreak: '\n',
  isLowerCase: false,
  hasSegments: false,
};

/** Writes ranges as an Intel HEX file. */
export function writeHex(ranges: readonly Range[], style: HexStyle = PLAIN): Uint8Array {
  const chunks = ranges.flatMap((range) => split(range, style.sizes));
  const keyed = chunks.map((chunk, at) => ({ chunk, key: style.order[at % style.order.length] ?? 0 }));
  keyed.sort((a, b) => a.key - b.key);
  const lines: string[] = [];
  let base = '';
  for (const { chunk } of keyed) {
    const needed = baseRecord(chunk, style);
    if (needed !== base) lines.push(needed);
    base = needed;
    lines.push(hexRecord(0, offsetOf(chunk, style), chunk.data));
  }
  const text = [...lines, hexRecord(1, 0), ''].join(style.lineBreak);
  return new TextEncoder().encode(style.isLowerCase ? text.toLowerCase() : text);
}

/** Cuts a range into pieces of these sizes, used in turn. */
export function split({ address, data }: Range, sizes: readonly number[]): Range[] {
  const chunks: Range[] = [];
  for (let at = 0; at < data.length; ) {
    const size = sizes[chunks.length % sizes.length] ?? 1;
    chunks.push({ address: address + at, data: data.subarray(at, at + size) });
    at += size;
  }
  return chunks;
}

function isSegmented({ address, data }: Range, { hasSegments }: HexStyle): boolean {
  return hasSegments && address + data.length <= 0x10_0000;
}

/** Segments start at the paragraph of each record, so that none of them reaches its end. */
function baseRecord(chunk: Range, style: HexStyle): string {
  const base = isSegmented(chunk, style) ? chunk.address >>> 4 : chunk.address >>> 16;
  return hexRecord(isSegmented(chunk, style) ? 2 : 4, 0, [base >> 8, base & 0xff]);
}

function offsetOf(chunk: Range, style: HexStyle): number {
  return chunk.address & (isSegmented(chunk, style) ? 0xf : 0xffff);
}
