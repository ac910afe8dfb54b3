import { extname } from 'node:path';
import { Fault, hex32, IMAGE_FILE_BYTES_MAX, type ImageFormat, U32 } from '@flashline/contracts';
import { DFU_SUFFIX_BYTES, readDfuSuffix } from './dfu-suffix.ts';
import { readDfuseFile } from './dfuse-file.ts';
import type { FirmwareImage } from './image.ts';
import { readIntelHex } from './intel-hex.ts';
import { joinRanges } from './ranges.ts';

/** What a file does not say about itself. */
export interface ReadImageOptions {
  /** The name of the file: its extension must not contradict what is inside. */
  readonly name?: string | undefined;
  /** Where a raw binary goes; nothing else takes one. Without it the range of a raw binary starts at 0. */
  readonly loadAddress?: number | null | undefined;
}

/** A name that ends so promises its format: what breaks the promise is a damaged file, never a raw binary. */
const PROMISED: ReadonlyMap<string, ImageFormat> = new Map([
  ['.hex', 'hex'],
  ['.ihex', 'hex'],
  ['.ihx', 'hex'],
  ['.dfu', 'dfu'],
]);

/** What holds firmware in a way we do not read: taken for a raw binary, it would brick the board. */
const FOREIGN: ReadonlyMap<string, RegExp> = new Map([
  ['ELF', /^\u007fELF/],
  ['UF2', /^UF2\n/],
  ['S-record', /^S[0-9][0-9A-Fa-f]{6}/],
]);

/** Enough to know every format by. */
const HEAD_BYTES = 64;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const COLON = 0x3a;

/**
 * Reads a firmware image: DfuSe (`.dfu`), Intel HEX, or otherwise a raw binary, told apart by their content.
 * Throws IMAGE_EMPTY, _TOO_LARGE, _TRUNCATED, _MALFORMED, _CHECKSUM, _OVERLAP or _ADDRESS_INVALID.
 */
export function readImage(file: Uint8Array, options: ReadImageOptions = {}): FirmwareImage {
  if (file.length === 0) throw new Fault('IMAGE_EMPTY');
  if (file.length > IMAGE_FILE_BYTES_MAX) {
    throw new Fault('IMAGE_TOO_LARGE', { limit: 'bytes', max: IMAGE_FILE_BYTES_MAX });
  }
  const { name = '', loadAddress = null } = options;
  const format = formatOf(file, extname(name).toLowerCase());
  if (loadAddress !== null) checkLoadAddress(loadAddress, format);
  switch (format) {
    case 'hex':
      return readIntelHex(withoutMark(file));
    case 'dfu':
      return readDfuseFile(file);
    case 'bin':
      return readBinary(file, loadAddress ?? 0);
    default:
      return format satisfies never;
  }
}

function formatOf(file: Uint8Array, extension: string): ImageFormat {
  const format = contentOf(file, extension);
  if (format !== (PROMISED.get(extension) ?? format)) {
    throw new Fault('IMAGE_MALFORMED', { reason: 'the content is not what the name says', extension });
  }
  return format;
}

function contentOf(file: Uint8Array, extension: string): ImageFormat {
  const head = headOf(file);
  if (head.startsWith('DfuSe')) return 'dfu';
  const [foreign] = [...FOREIGN].find(([, pattern]) => pattern.test(head)) ?? [];
  if (foreign !== undefined) throw new Fault('IMAGE_MALFORMED', { reason: 'this format is not read', format: foreign });
  const text = withoutMark(file);
  if (text.find((byte) => !isWhitespace(byte)) !== COLON) return 'bin';
  // A stack pointer such as 0x20003a20 begins like HEX, too; only a name can tell that the first line must not be text.
  return extension === '.bin' && !/^[\t\n\r -~]*$/.test(headOf(text)) ? 'bin' : 'hex';
}

/** A DFU 1.1 suffix is for the host, not for the board: it comes off when its checksum proves that it is one. */
function readBinary(file: Uint8Array, address: number): FirmwareImage {
  const suffix = readDfuSuffix(file);
  const isSuffixed = suffix?.isIntact === true && suffix.length === DFU_SUFFIX_BYTES;
  const ranges = joinRanges([{ address, data: isSuffixed ? file.subarray(0, -DFU_SUFFIX_BYTES) : file }]);
  if (ranges.length === 0) throw new Fault('IMAGE_EMPTY');
  return {
    format: 'bin',
    targets: [{ alternate: 0, name: null, ranges }],
    device: isSuffixed ? suffix.device : null,
    warnings: isSuffixed ? [`A DFU suffix of ${DFU_SUFFIX_BYTES} bytes was left out.`] : [],
  };
}

function checkLoadAddress(address: number, format: ImageFormat): void {
  if (!U32.safeParse(address).success) throw new Fault('IMAGE_ADDRESS_INVALID', { address: String(address) });
  if (format !== 'bin') throw new Fault('IMAGE_ADDRESS_INVALID', { address: hex32(address), format });
}

function withoutMark(file: Uint8Array): Uint8Array {
  return BYTE_ORDER_MARK.every((byte, at) => file[at] === byte) ? file.subarray(BYTE_ORDER_MARK.length) : file;
}

function headOf(file: Uint8Array): string {
  return Buffer.from(file.subarray(0, HEAD_BYTES)).toString('latin1');
}

function isWhitespace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
