import { access, constants, stat } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { Fault, hex32, type RangeInfo } from '@flashline/contracts';
import { formatNamed, type Range, type WritableFormat, writeImage } from '@flashline/firmware';
import { writeDurably } from './durable-file.ts';

const WRITABLE: readonly WritableFormat[] = ['hex', 'bin', 'dfu', 'srec'];

/** A file to save a board to. */
export interface OutputFile {
  readonly path: string;
  readonly format: WritableFormat;
}

/**
 * The files to save boards to, by their labels: with several boards, each has its label in the name. Throws USAGE for a name that
 * says no format, a file that is there already, a folder that cannot be written, and ranges that the format cannot hold.
 */
export async function outputFiles(
  name: string,
  labels: readonly string[],
  { force, ranges }: { force: boolean; ranges: readonly RangeInfo[] | null },
): Promise<OutputFile[]> {
  const format = formatNamed(name);
  const writable = WRITABLE.find((one) => one === format);
  if (writable === undefined)
    throw new Fault('USAGE', { file: name, reason: 'its name must end in .hex, .bin, .dfu or .srec' });
  if (ranges !== null) requireSavable(ranges, writable);
  const paths = labels.length === 1 ? [resolve(name)] : labels.map((label) => labelled(resolve(name), label));
  for (const path of paths) await requireFree(path, force);
  return paths.map((path) => ({ path, format: writable }));
}

/** Saves what was read. A power cut leaves all of it or none. Faults: DATA_NOT_WRITABLE, and those of `writeImage`. */
export async function save({ path, format }: OutputFile, held: readonly Range[], device: Device): Promise<void> {
  const content = writeImage(held, format, device ?? undefined);
  await writeDurably(path, content).catch((cause: unknown) => {
    throw new Fault('DATA_NOT_WRITABLE', { file: path, reason: String(cause) }, { cause });
  });
}

type Device = Parameters<typeof writeImage>[2] | null;

/** `out.hex` of slot A1 is `out-A1.hex`. */
function labelled(path: string, label: string): string {
  const extension = extname(path);
  return `${path.slice(0, path.length - extension.length)}-${label}${extension}`;
}

function requireSavable(ranges: readonly RangeInfo[], format: WritableFormat): void {
  const sorted = ranges.toSorted((a, b) => a.address - b.address);
  for (const [index, { address }] of sorted.entries()) {
    const before = sorted[index - 1];
    const end = before === undefined ? address : before.address + before.bytes;
    if (end > address) throw new Fault('USAGE', { range: hex32(address), reason: 'two ranges overlap' });
    if (end < address && format === 'bin')
      throw new Fault('USAGE', { range: hex32(address), reason: 'a raw binary has no gaps' });
  }
}

async function requireFree(path: string, force: boolean): Promise<void> {
  const there = await stat(path).catch(() => null);
  if (there?.isFile() === false) throw new Fault('USAGE', { file: path, reason: 'it is not a file' });
  if (there !== null && !force)
    throw new Fault('USAGE', { file: path, reason: 'it is there already; --force replaces it' });
  await access(dirname(path), constants.W_OK).catch((cause: unknown) => {
    throw new Fault('USAGE', { file: path, reason: 'its folder cannot be written' }, { cause });
  });
}
