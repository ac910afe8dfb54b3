import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readStationFile } from '@flashline/config';
import { Fault, SLOTS_MAX, type StationFile } from '@flashline/contracts';
import { lookAtBus } from '@flashline/worker';
import type { Command } from 'commander';
import { chooseBus } from '../bus-choice.ts';
import { EXIT } from '../exit.ts';
import { addVirtualOptions, option, type VirtualOptions, wholeNumber } from '../options.ts';
import { interruption } from '../shutdown.ts';
import { namedSlots } from '../slots/named-slots.ts';
import { labelsToAsk } from '../slots/slot-labels.ts';
import { othersTable, slotTable } from '../slots/slot-table.ts';
import { askForSlots } from '../slots/wizard-session.ts';
import { stationOn, writeSlots } from '../station-file.ts';

interface ShowOptions extends VirtualOptions {
  readonly config?: string;
  readonly json: boolean;
}

interface NameOptions extends VirtualOptions {
  readonly config: string;
  readonly count?: number;
  readonly label: string;
}

/** `flashline slots`: what the ports are called. */
export function addSlots(program: Command): void {
  const slots = program.command('slots').description('show the slots of the station, or find out which port is which');
  const show = slots
    .command('show', { isDefault: true })
    .description('show the slots of the station file and what sits there now')
    .addOption(option.config())
    .addOption(option.json());
  addVirtualOptions(show).action(showSlots);
  const name = slots
    .command('name [labels...]')
    .description('plug a board into one slot after another; the ports are written into the station file')
    .addOption(option.config().default('station.yaml'))
    .option('--count <number>', 'so many slots, by --label', wholeNumber(1, SLOTS_MAX))
    .option('--label <pattern>', 'their labels; {n} is the number of the slot', 'A{n}');
  addVirtualOptions(name).action(nameSlots);
}

async function showSlots({ config, json, ...options }: ShowOptions): Promise<void> {
  const file = await readStationFile(config);
  const bus = await chooseBus(options);
  try {
    const { station, slots } = stationOn(bus, file);
    const { devices, trouble } = await lookAtBus(bus.choice);
    const onPort = new Map(devices.map((device) => [device.path, device]));
    const named = new Set(slots?.map(({ path }) => path));
    const others = devices.filter(({ path }) => !named.has(path));
    if (json) {
      const seen = slots?.map((slot) => ({ ...slot, device: onPort.get(slot.path) ?? null })) ?? null;
      console.log(JSON.stringify({ station, slots: seen, others, trouble }));
      return;
    }
    if (trouble !== null) console.log(trouble);
    console.log(slots === undefined ? NO_SLOTS : slotTable(slots, onPort));
    if (others.length > 0)
      console.log(`\n${slots === undefined ? 'No slots yet' : 'Not slots of this station'}:\n${othersTable(others)}`);
  } finally {
    await bus.release();
  }
}

const NO_SLOTS = [
  'The station file names no slots: every port on which a board in its bootloader appears becomes one.',
  'To name them, run "flashline slots name A1 A2 A3".',
].join('\n');

async function nameSlots(labels: readonly string[], options: NameOptions): Promise<void> {
  const file = await stationIn(options.config);
  const known = file?.slots ?? [];
  const wanted = labelsToAsk({ ...options, labels }, known);
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
    const { slots, dropped } = namedSlots(known, found);
    for (const { label, path } of dropped) console.log(`${label} is no slot any more: its port ${path} is another's.`);
    await writeSlots(options.config, slots, file?.station);
    console.log(`\n${slotTable(slots, null)}\n`);
    console.log(`Written: ${resolve(options.config)}. Start with it: npm start -- --config ${options.config}`);
  } finally {
    await bus.release();
  }
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
