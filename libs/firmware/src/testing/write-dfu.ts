import type { Range } from '../image.ts';

/** One target as a DfuSe file has it: its elements in the order they stand there. */
export interface DfuTarget {
  readonly alternate: number;
  readonly name: string | null;
  readonly elements: readonly Range[];
}

/** What else a DfuSe file says. */
export interface DfuStyle {
  readonly vendorId: number;
  readonly productId: number;
  readonly bcdDevice: number;
  readonly bcdDfu: number;
  /** DFUImageSize counts the suffix. */
  readonly isFullSize: boolean;
}

/** A file for the ST bootloader, its size written as ST's tools do. */
export const ST_STYLE: DfuStyle = {
  vendorId: 0x0483,
  productId: 0xdf11,
  bcdDevice: 0xffff,
  bcdDfu: 0x011a,
  isFullSize: false,
};

/** Writes a DfuSe file. */
export function writeDfu(targets: readonly DfuTarget[], style: DfuStyle = ST_STYLE): Uint8Array {
  const body = Buffer.concat(targets.map(targetBytes));
  const prefix = Buffer.concat([
    Buffer.from('DfuSe\x01'),
    u32(11 + body.length + (style.isFullSize ? 16 : 0)),
    Buffer.from([targets.length]),
  ]);
  return withDfuSuffix(Buffer.concat([prefix, body]), style);
}

/** Appends a DFU suffix with a valid CRC. */
export function withDfuSuffix(bytes: Uint8Array, style: DfuStyle = ST_STYLE): Uint8Array {
  const ids = [style.bcdDevice, style.productId, style.vendorId, style.bcdDfu].map(u16);
  return sealed(Buffer.concat([bytes, ...ids, Buffer.from('UFD\x10'), u32(0)]));
}

/** The same file with its CRC made right again. */
export function sealed(file: Uint8Array): Uint8Array {
  const copy = Buffer.from(file);
  copy.writeUInt32LE(jamCrc(copy.subarray(0, -4)), copy.length - 4);
  return new Uint8Array(copy);
}

function targetBytes({ alternate, name, elements }: DfuTarget): Buffer {
  const title = Buffer.alloc(255);
  title.write(name ?? '', 'latin1');
  const body = Buffer.concat(
    elements.flatMap(({ address, data }) => [u32(address), u32(data.length), Buffer.from(data)]),
  );
  const named = u32(name === null ? 0 : 1);
  return Buffer.concat([
    Buffer.from('Target'),
    Buffer.from([alternate]),
    named,
    title,
    u32(body.length),
    u32(elements.length),
    body,
  ]);
}

/** Bit by bit, as the DFU 1.1 specification defines it: not the code under test. */
function jamCrc(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  return crc >>> 0;
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
