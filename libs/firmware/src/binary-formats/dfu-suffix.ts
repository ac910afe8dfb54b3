import { crc32 } from 'node:zlib';
import type { DeviceIds } from '../image.ts';

/** Bytes of the suffix at the end of a DFU file. */
export const DFU_SUFFIX_BYTES = 16;
/** bcdDFU of a DfuSe file (ST UM0391). */
export const BCD_DFUSE = 0x011a;
/** bLength and dwCRC: the signature stands before them. */
const SIGNATURE_OFFSET = 8;
const SIGNATURE = 'UFD';
const CRC_BYTES = 4;
const WILDCARD = 0xffff;

/** The suffix of a DFU file (DFU 1.1, appendix B). */
export interface DfuSuffix {
  readonly device: DeviceIds;
  /** bcdDFU; DfuSe files say 0x011a. */
  readonly bcdDfu: number;
  /** bLength, as it stands there. */
  readonly length: number;
  /** The CRC agrees with everything before it. */
  readonly isIntact: boolean;
}

/** Reads the suffix off the end of a file; null when there is none. */
export function readDfuSuffix(file: Uint8Array): DfuSuffix | null {
  if (file.length < DFU_SUFFIX_BYTES) return null;
  const start = file.length - DFU_SUFFIX_BYTES;
  const signature = Buffer.from(file.subarray(start + SIGNATURE_OFFSET, start + SIGNATURE_OFFSET + 3));
  if (signature.toString('latin1') !== SIGNATURE) return null;
  const view = new DataView(file.buffer, file.byteOffset + start, DFU_SUFFIX_BYTES);
  return {
    device: {
      bcdDevice: idAt(view, 0),
      productId: idAt(view, 2),
      vendorId: idAt(view, 4),
    },
    bcdDfu: view.getUint16(6, true),
    length: view.getUint8(11),
    isIntact: view.getUint32(12, true) === checksumOf(file.subarray(0, -CRC_BYTES)),
  };
}

/** Joins the parts of a DfuSe file and closes them with its suffix. */
export function withDfuseSuffix(parts: readonly Uint8Array[], device: DeviceIds): Uint8Array {
  const suffix = Buffer.alloc(DFU_SUFFIX_BYTES);
  suffix.writeUInt16LE(device.bcdDevice ?? WILDCARD, 0);
  suffix.writeUInt16LE(device.productId ?? WILDCARD, 2);
  suffix.writeUInt16LE(device.vendorId ?? WILDCARD, 4);
  suffix.writeUInt16LE(BCD_DFUSE, 6);
  suffix.write(SIGNATURE, SIGNATURE_OFFSET, 'latin1');
  suffix.writeUInt8(DFU_SUFFIX_BYTES, 11);
  const file = Buffer.concat([...parts, suffix]);
  file.writeUInt32LE(checksumOf(file.subarray(0, -CRC_BYTES)), file.length - CRC_BYTES);
  return file;
}

function idAt(view: DataView, offset: number): number | null {
  const id = view.getUint16(offset, true);
  return id === WILDCARD ? null : id;
}

/** The CRC-32 of zip without its final inversion. */
function checksumOf(bytes: Uint8Array): number {
  return ~crc32(bytes) >>> 0;
}
