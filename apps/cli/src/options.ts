import { homedir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '@flashline/contracts';
import { PARTS } from '@flashline/virtual-boards';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { PARTS_FILE } from './version.ts';

/** Boards a virtual bench can hold. */
const VIRTUAL_MAX = 120;

/** What a station file is called when nobody says so. */
export const STATION_FILE = 'station.yaml';

const STATION_PORT = 8470;

/** A whole number between limits, for commander. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };
}

/** An address, in hex or decimal, for commander and for what stands behind a file name. Throws IMAGE_ADDRESS_INVALID. */
export function parseAddress(text: string): number {
  const value = Number(text);
  if (!/^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) || value > 0xffff_ffff)
    throw new Fault('IMAGE_ADDRESS_INVALID', { address: text.slice(0, 40) });
  return value;
}

/** Collects what an option that may be repeated says each time, for commander. */
export function repeated<T>(parse: (text: string) => T): (text: string, sofar: readonly T[]) => readonly T[] {
  return (text, sofar) => [...sofar, parse(text)];
}

function speed(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 100))
    throw new InvalidArgumentError('It must be a number from 0 (no waiting) to 100.');
  return value;
}

/** The folder for data when none is named: where the operating system keeps a user's program data. */
function defaultFolder(): string {
  const { XDG_DATA_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === 'win32') return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'flashline');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'flashline');
  return join(XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'flashline');
}

/** Options that several commands share; each call makes a fresh one. */
export const option = {
  data: () =>
    new Option('--data <dir>', 'folder of the records')
      .env('FLASHLINE_DATA')
      .default(defaultFolder(), 'the user data folder'),
  host: () => new Option('--host <address>', 'address to listen on').env('FLASHLINE_HOST').default('127.0.0.1'),
  port: () =>
    new Option('--port <number>', 'port to listen on; 0 takes a free one')
      .env('FLASHLINE_PORT')
      .default(STATION_PORT)
      .argParser(wholeNumber(0, 65_535)),
  stationHost: () =>
    new Option('--host <address>', 'where a station would answer').env('FLASHLINE_HOST').default('127.0.0.1'),
  stationPort: () =>
    new Option('--port <number>', 'the port on which a station would answer')
      .env('FLASHLINE_PORT')
      .default(STATION_PORT)
      .argParser(wholeNumber(0, 65_535)),
  allowHost: () =>
    new Option('--allow-host <name...>', 'further host names that browsers may use for this station').default([]),
  config: () =>
    new Option(
      '--config <file>',
      `station file (YAML) with the slots; left out: ${STATION_FILE} in this folder, when there is one and the boards are real`,
    ).env('FLASHLINE_CONFIG'),
  parts: () =>
    new Option('--parts <file>', 'what is known about chips (YAML)')
      .env('FLASHLINE_PARTS')
      .default(PARTS_FILE, 'config/parts.yaml of flashline'),
  redis: () => new Option('--redis <url>', 'address of Redis').env('FLASHLINE_REDIS').default('redis://127.0.0.1:6379'),
  coordinator: () =>
    new Option('--coordinator <url>', 'address of the coordinator')
      .env('FLASHLINE_COORDINATOR')
      .default('http://127.0.0.1:8470/'),
  virtualSpeed: () =>
    new Option('--virtual-speed <factor>', 'multiplies every time of the virtual boards; 0 is no waiting')
      .default(1)
      .argParser(speed),
  address: () =>
    new Option('--address <address>', 'where a raw binary goes, for example 0x08000000').argParser(parseAddress),
  json: () => new Option('--json', 'print one JSON object and nothing else on stdout').default(false),
};

/** Adds the options that say on which boards to work, and what their slots are called. */
export function addBusOptions(command: Command): Command {
  return addVirtualBoardOptions(command.addOption(option.config()))
    .addOption(
      new Option(
        '--virtual <count>',
        'use this many virtual boards instead of USB; their records are marked as simulated',
      ).argParser(wholeNumber(1, VIRTUAL_MAX)),
    )
    .addOption(
      new Option('--virtual-bench <address>', 'use the virtual boards of a bench that already runs').env(
        'FLASHLINE_VIRTUAL_BENCH',
      ),
    );
}

/** Adds the options that say what new virtual boards are like. */
export function addVirtualBoardOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--virtual-part <name>', 'the part that new virtual boards are')
        .choices(PART_NAMES)
        .conflicts('virtualBench'),
    )
    .addOption(
      new Option('--virtual-contents <what>', 'what new virtual boards hold')
        .choices(['blank', 'used'])
        .conflicts('virtualBench'),
    )
    .addOption(option.virtualSpeed());
}

const PART_NAMES = PARTS.map(({ name }) => name);

/** What new virtual boards are like; left out: used F405s. */
export interface VirtualBoardOptions {
  readonly virtualPart?: string;
  readonly virtualContents?: 'blank' | 'used';
}

/** What the options that say on which boards to work parse to. */
export interface BusOptions extends VirtualOptions {
  readonly config?: string;
}

/** What the options of virtual boards parse to. */
export interface VirtualOptions extends VirtualBoardOptions {
  readonly virtual?: number;
  readonly virtualBench?: string;
  readonly virtualSpeed: number;
}
