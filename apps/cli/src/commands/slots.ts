import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readStationFile } from '@flashline/config';
import { Fault, lostWords, SLOTS_MAX, type StationFile, slotsAfter } from '@flashline/contracts';
import { lookAtBus } from '@flashline/worker';
import type { Command } from 'commander';
import { inPortOrder } from '../boards/port-order.ts';
import { chooseBus } from '../bus-choice.ts';
import { EXIT } from '../exit.ts';
import { addBusOptions, type BusOptions, option, STATION_FILE, wholeNumber } from '../options.ts';
import { interruption } from '../shutdown.ts';
import { runningStation } from '../slots/running-station.ts';
import { labelsToAsk } from '../slots/slot-labels.ts';
import { othersTable, slotTable } from '../slots/slot-table.ts';
import { askForSlots } from '../slots/wizard-session.ts';
import { chooseStation, stationFileFor, writeSlots } from '../station-file.ts';

interface ShowOptions extends BusOptions {
  readonly json: boolean;
}

interface NameOptions extends BusOptions {
  readonly count?: number;
  readonly label: string;
  readonly host: string;
  readonly port: number;
}

/** `flashline slots`: what the ports are called. */
export function addSlots(program: Command): void {
  const slots = program.command('slots').description('show the slots of the station, or find out which port is which');
  const show = slots
    .command('show', { isDefault: true })
    .description('show the slots of the station file and what sits there now')
    .addOption(option.json());
  addBusOptions(show).action(showSlots);
  const name = slots
    .command('name [labels...]')
    .description('plug a board into one slot after another; the ports are written into the station file')
    .option('--count <number>', 'so many slots, by --label', wholeNumber(1, SLOTS_MAX))
    .option('--label <pattern>', 'their labels; {n} is the number of the slot', 'A{n}')
    .addOption(option.stationHost())
    .addOption(option.stationPort());
  addBusOptions(name).action(nameSlots);
}

async function showSlots({ json, ...options }: ShowOptions): Promise<void> {
  const { bus, station: file, config } = await chooseStation(options);
  try {
    const { station, slots } = file;
    const { devices: seen, trouble } = await lookAtBus(bus.choice);
    const devices = inPortOrder(seen);
    const onPort = new Map(devices.map((device) => [device.path, device]));
    const named = new Set(slots?.map(({ path }) => path));
    const others = devices.filter(({ path }) => !named.has(path));
    if (json) {
      const filled = slots?.map((slot) => ({ ...slot, device: onPort.get(slot.path) ?? null })) ?? null;
      console.log(JSON.stringify({ station, slots: filled, others, trouble }));
      return;
    }
    if (trouble !== null) console.log(trouble);
    console.log(slots === undefined ? noSlots(config) : slotTable(slots, onPort));
    if (others.length > 0)
      console.log(`\n${slots === undefined ? 'No slots yet' : 'Not slots of this station'}:\n${othersTable(others)}`);
  } finally {
    await bus.release();
  }
}

function noSlots(config: string | undefined): string {
  const where = config === undefined ? `There is no station file here (${STATION_FILE})` : `${config} names no slots`;
  return `${where}: every port on which a board in its bootloader appears becomes one.
To name them, run "flashline slots name A1 A2 A3".`;
}

async function nameSlots(labels: readonly string[], options: NameOptions): Promise<void> {
  const config = fileToName(options);
  const file = await stationIn(config);
  const known = file?.slots ?? [];
  const wanted = labelsToAsk({ ...options, labels }, known);
  const running = await runningStation(options, isVirtual(options));
  if (running !== null) {
    console.error(inTheWay(running));
    process.exitCode = EXIT.environment;
    return;
  }
  const signal = interruption();
  const bus = await chooseBus(options);
  try {
    const place = { bus, keyboard: process.stdin, tell: (line: string) => console.log(line), signal };
    const found = await askForSlots(wanted, place);
    if (found === null || found.size === 0) {
      console.log('Nothing was written.');
      process.exitCode = EXIT.notPassed;
      return;
    }
    // Slots that nobody asked for stay, before those that are new.
    const labels = [...new Set([...known.map(({ label }) => label), ...wanted])];
    const { slots, lost } = slotsAfter({ labels, found }, known);
    for (const slot of lost) console.log(lostWords(slot));
    await writeSlots(config, slots, file?.station);
    console.log(`\n${slotTable(slots, null)}\n`);
    console.log(`Written: ${resolve(config)}. ${startWords(config, options)}`);
  } finally {
    await bus.release();
  }
}

/** The station file that gets the names. Throws USAGE for virtual boards without one: the file here is about real ports. */
function fileToName(options: NameOptions): string {
  if (options.config === undefined && isVirtual(options))
    throw new Fault('USAGE', { reason: 'say with --config which station file gets the names of virtual slots' });
  return stationFileFor(options) ?? STATION_FILE;
}

function isVirtual({ virtual, virtualBench }: BusOptions): boolean {
  return virtual !== undefined || virtualBench !== undefined;
}

function inTheWay(url: string): string {
  return `A station runs here: ${url}. It would work on the boards that you plug in, and keep the names that it has.
Name the slots on its Station page, or stop it and run this again.`;
}

function startWords(config: string, options: NameOptions): string {
  const isFound = !isVirtual(options) && resolve(config) === resolve(STATION_FILE);
  return isFound
    ? 'In this folder every command takes it by itself.'
    : `Start with it: npm start -- --config ${config}`;
}

/** The station file, null when there is none yet. A folder that cannot be written is told before anybody plugs boards. */
async function stationIn(config: string): Promise<StationFile | null> {
  await access(dirname(resolve(config)), constants.W_OK).catch((cause: unknown) => {
    throw new Fault('USAGE', { file: config, reason: 'its folder cannot be written' }, { cause });
  });
  const isThere = await access(config).then(
    () => true,
    () => false,
  );
  return isThere ? readStationFile(config) : null;
}
