import { hex32 } from '@flashline/contracts';
import type { Range } from '@flashline/firmware';

const LINE_BYTES = 16;

/** Bytes as people look at them: address, 16 bytes in hex, and as text. Lines equal to the one before are one `*`. */
export function hexDump({ address, data }: Range): string[] {
  const lines: string[] = [];
  let before: Uint8Array | null = null;
  for (let at = 0; at < data.length; at += LINE_BYTES) {
    const bytes = data.subarray(at, at + LINE_BYTES);
    const isLast = at + LINE_BYTES >= data.length;
    if (before !== null && !isLast && Buffer.compare(bytes, before) === 0) {
      if (lines.at(-1) !== '*') lines.push('*');
    } else lines.push(lineOf(address + at, bytes));
    before = bytes;
  }
  return lines;
}

function lineOf(address: number, bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const text = Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
  return `${hex32(address)}  ${hex.padEnd(LINE_BYTES * 3 - 1)}  ${text}`;
}
