import { Fault, hex32, IMAGE_FILE_BYTES_MAX, type ImageFormat, U32 } from '@flashline/contracts';
import { readDfuseFile } from './binary-formats/dfuse-file.ts';
import { readElfFile } from './binary-formats/elf-file.ts';
import { readRawBinary } from './binary-formats/raw-binary.ts';
import { readUf2File } from './binary-formats/uf2-file.ts';
import type { FirmwareImage } from './image.ts';
import { tooLarge } from './image-fault.ts';
import { formatOf } from './image-format.ts';
import { readIntelHex } from './text-formats/intel-hex.ts';
import { readSRecordFile } from './text-formats/s-record-file.ts';
import { withoutMark } from './text-formats/text-line.ts';

/** What a file does not say about itself. */
export interface ReadImageOptions {
  /** The name of the file: its extension must not contradict what is inside. */
  readonly name?: string | undefined;
  /** Where a raw binary goes; nothing else takes one. Without it the range of a raw binary starts at 0. */
  readonly loadAddress?: number | null | undefined;
}

/**
 * Reads a firmware image: DfuSe (`.dfu`), ELF, UF2, Intel HEX, Motorola S-records, or otherwise a raw binary, told
 * apart by their content. Throws IMAGE_EMPTY, IMAGE_TOO_LARGE, IMAGE_TRUNCATED, IMAGE_MALFORMED, IMAGE_CHECKSUM,
 * IMAGE_OVERLAP or IMAGE_ADDRESS_INVALID.
 */
export function readImage(file: Uint8Array, options: ReadImageOptions = {}): FirmwareImage {
  if (file.length === 0) throw new Fault('IMAGE_EMPTY');
  if (file.length > IMAGE_FILE_BYTES_MAX) throw tooLarge('bytes', IMAGE_FILE_BYTES_MAX);
  const { name = '', loadAddress = null } = options;
  const format = formatOf(file, name);
  if (loadAddress !== null) checkLoadAddress(loadAddress, format);
  switch (format) {
    case 'hex':
      return readIntelHex(withoutMark(file));
    case 'srec':
      return readSRecordFile(withoutMark(file));
    case 'dfu':
      return readDfuseFile(file);
    case 'elf':
      return readElfFile(file);
    case 'uf2':
      return readUf2File(file);
    case 'bin':
      return readRawBinary(file, loadAddress ?? 0);
    default:
      return format satisfies never;
  }
}

function checkLoadAddress(address: number, format: ImageFormat): void {
  if (!U32.safeParse(address).success) throw new Fault('IMAGE_ADDRESS_INVALID', { address: String(address) });
  if (format !== 'bin') throw new Fault('IMAGE_ADDRESS_INVALID', { address: hex32(address), format });
}
