import { readFile } from 'node:fs/promises';
import { Fault, StationFile } from '@flashline/contracts';
import { parse } from 'yaml';
import type { ChosenBus } from './bus-choice.ts';

/** A station file is written by hand; a larger one is something else. */
const BYTES_MAX = 256 * 1024;

/** Virtual boards have no native code that could crash, and every process costs a share of two cores. */
const VIRTUAL_SLOTS_PER_HOST = 32;

/** The station on the bus it was given: a virtual bench brings its own slots. */
export function stationOn({ slots }: ChosenBus, file: StationFile): StationFile {
  if (slots === null) return file;
  return { slotsPerHost: VIRTUAL_SLOTS_PER_HOST, ...file, slots: file.slots ?? [...slots] };
}

/** Reads the station file; without one, the slots are the ports where boards appear. */
export async function readStationFile(path: string | undefined, station = 'station-1'): Promise<StationFile> {
  if (path === undefined) return check('--station', { station });
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Fault('FILE_UNREADABLE', { file: path, reason: String(cause) }, { cause });
  });
  if (text.length > BYTES_MAX) throw new Fault('CONFIG_INVALID', { file: path, bytes: text.length, most: BYTES_MAX });
  return check(path, parseYaml(path, text));
}

function check(from: string, value: unknown): StationFile {
  const file = StationFile.safeParse(value);
  if (file.success) return file.data;
  const [issue] = file.error.issues;
  throw new Fault('CONFIG_INVALID', { from, field: issue?.path.join('.') ?? '', reason: issue?.message ?? '' });
}

function parseYaml(file: string, text: string): unknown {
  try {
    // Aliases are how a small YAML file becomes a huge object.
    return parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    const [reason = ''] = String(cause).split('\n');
    throw new Fault('CONFIG_INVALID', { file, reason }, { cause });
  }
}
