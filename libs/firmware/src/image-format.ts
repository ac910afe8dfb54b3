import { extname } from 'node:path';
import type { ImageFormat } from '@flashline/contracts';
import { malformed } from './image-fault.ts';
import { withoutMark } from './text-formats/text-line.ts';

/** A name that ends so promises its format: what breaks the promise is a damaged file, never a raw binary. */
const PROMISED: ReadonlyMap<string, ImageFormat> = new Map([
  ['.hex', 'hex'],
  ['.ihex', 'hex'],
  ['.ihx', 'hex'],
  ['.dfu', 'dfu'],
  ['.elf', 'elf'],
  ['.axf', 'elf'],
  ['.srec', 'srec'],
  ['.s19', 'srec'],
  ['.s28', 'srec'],
  ['.s37', 'srec'],
  ['.mot', 'srec'],
  ['.uf2', 'uf2'],
]);

/** How files of the binary formats begin. No vector table does: as a stack pointer, none of these is in RAM. */
const SIGNATURES: readonly (readonly [signature: string, format: ImageFormat])[] = [
  ['DfuSe', 'dfu'],
  ['\u007fELF', 'elf'],
  ['UF2\n', 'uf2'],
];
const S_RECORD = /^S[0-9][0-9A-Fa-f]{6}/;

/** Enough to know every format by. */
const HEAD_BYTES = 64;

/** The format that the extension of a file name stands for; null when it says nothing. */
export function formatNamed(name: string): ImageFormat | null {
  const extension = extensionOf(name);
  return extension === '.bin' ? 'bin' : (PROMISED.get(extension) ?? null);
}

/**
 * The format of a file by its content: a raw binary when it is none of the others.
 * Throws IMAGE_MALFORMED when the name promises another.
 */
export function formatOf(file: Uint8Array, name: string): ImageFormat {
  const extension = extensionOf(name);
  const format = contentOf(file, extension);
  if (format !== (PROMISED.get(extension) ?? format)) {
    throw malformed('the content is not what the name says', { extension, content: format });
  }
  return format;
}

function contentOf(file: Uint8Array, extension: string): ImageFormat {
  const head = headOf(file);
  const [, signed] = SIGNATURES.find(([signature]) => head.startsWith(signature)) ?? [];
  if (signed !== undefined) return signed;
  const marked = withoutMark(file);
  const text = headOf(withoutLeadingBlanks(marked));
  if (S_RECORD.test(text)) return 'srec';
  if (!text.startsWith(':')) return 'bin';
  // A stack pointer such as 0x20003a20 begins like HEX, too; only a name can tell that the first line must not be text.
  return extension === '.bin' && !/^[\t\n\r -~]*$/.test(headOf(marked)) ? 'bin' : 'hex';
}

function extensionOf(name: string): string {
  return extname(name).toLowerCase();
}

function headOf(file: Uint8Array): string {
  return Buffer.from(file.subarray(0, HEAD_BYTES)).toString('latin1');
}

/** A plain loop: all of a file may be blanks. */
function withoutLeadingBlanks(file: Uint8Array): Uint8Array {
  let start = 0;
  while (isWhitespace(file[start] ?? 0)) start++;
  return file.subarray(start);
}

function isWhitespace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
