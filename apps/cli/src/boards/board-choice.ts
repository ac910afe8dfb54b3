import { readPartsFile } from '@flashline/config';
import { Fault, type FaultDetails, isApplicationId, type Part } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { lookAtBus } from '@flashline/worker';
import type { Command } from 'commander';
import { type ChosenBus, labelOf } from '../bus-choice.ts';
import { addBusOptions, type BusOptions, option, repeated } from '../options.ts';
import { interruption } from '../shutdown.ts';
import { chooseStation } from '../station-file.ts';
import { inPortOrder } from './port-order.ts';

/** What the options of commands that work on boards parse to. */
export interface BoardOptions extends BusOptions {
  readonly slot: readonly string[];
  readonly all: boolean;
  readonly parts: string;
  readonly json: boolean;
}

/** The boards that a command works on, and what it works with. */
export interface ChosenBoards {
  readonly bus: ChosenBus;
  readonly parts: readonly Part[];
  /** At least one. Each is in its bootloader, unless those that run their firmware were asked for too. */
  readonly devices: readonly BusDevice[];
  /** Aborted when the command is to end. */
  readonly signal: AbortSignal;
}

/** Adds the options that choose boards. */
export function addBoardOptions(command: Command): Command {
  const chosen = command
    .option('--slot <slot>', 'the board in this slot (label or port path); may be repeated', repeated(String), [])
    .option('--all', 'every board: those in their bootloader, and where boards are asked, those that run', false)
    .addOption(option.parts())
    .addOption(option.json());
  return addBusOptions(chosen);
}

/**
 * Opens the bus, chooses boards on it, works with them and lets go of the bus. With `alsoRunning` boards that run their firmware
 * count too. Faults: NO_BOARDS, SLOT_UNKNOWN, SLOT_AMBIGUOUS, and
 * what a bus or the parts file can have wrong; then no board was touched.
 */
export async function withBoards<T>(
  options: BoardOptions,
  work: (boards: ChosenBoards) => Promise<T>,
  { alsoRunning = false } = {},
): Promise<T> {
  const parts = await readPartsFile(options.parts);
  const signal = interruption();
  const { bus } = await chooseStation(options);
  try {
    const { devices: seen, trouble } = await lookAtBus(bus.choice);
    const devices = inPortOrder(seen);
    const isChoosable = ({ mode }: BusDevice) => mode === 'dfu' || (alsoRunning && mode === 'application');
    const boards = devices.filter(isChoosable);
    const others = devices.filter((device) => !isChoosable(device));
    return await work({ bus, parts, signal, devices: choose({ bus, boards, others, trouble }, options) });
  } finally {
    await bus.release();
  }
}

/** What is on the bus. */
interface Seen {
  readonly bus: ChosenBus;
  /** Boards that can be worked on. */
  readonly boards: readonly BusDevice[];
  readonly others: readonly BusDevice[];
  readonly trouble: string | null;
}

const HOW_TO_ASK = 'ask them with "flashline boot" or flash --enter, or hold BOOT0 while plugging in';

/** The boards to work on. Never a guess: several boards and no word about them is a question back. */
function choose(seen: Seen, { slot: wanted, all }: BoardOptions): readonly BusDevice[] {
  const { boards, others, trouble } = seen;
  if (wanted.length > 0) return [...new Set(wanted.map((slot) => boardIn(seen, slot)))];
  // A serial port of an unknown id may be no board at all: nothing is sent there unless a person names it.
  const known = boards.filter(
    ({ mode, vendorId, productId }) => mode === 'dfu' || isApplicationId(vendorId, productId),
  );
  const running = others.filter(({ mode }) => mode === 'application').length;
  const reason = trouble ?? whyNone({ running, unknown: boards.length - known.length });
  if (known.length === 0) throw new Fault('NO_BOARDS', { reason });
  if (known.length > 1 && !all) throw new Fault('SLOT_AMBIGUOUS', { boards: known.length });
  return known;
}

function whyNone({ running, unknown }: { readonly running: number; readonly unknown: number }): string | null {
  if (unknown > 0) return `${unknown} run firmware of an id that is not known; name them with --slot`;
  return running > 0 ? `${running} run their firmware; ${HOW_TO_ASK}` : null;
}

function boardIn({ bus, boards, others }: Seen, slot: string): BusDevice {
  const isThere = ({ path }: BusDevice) => path === slot || labelOf(bus, path) === slot;
  const [board, ...more] = boards.filter(isThere);
  // A label that looks like the path of another port.
  if (more.length > 0) throw new Fault('SLOT_AMBIGUOUS', { slot, boards: more.length + 1 });
  if (board !== undefined) return board;
  throw new Fault('SLOT_UNKNOWN', { slot: slot.slice(0, 40), ...whyNot(bus, others.find(isThere), slot) });
}

function whyNot({ slots }: ChosenBus, other: BusDevice | undefined, slot: string): FaultDetails {
  if (other?.mode === 'application') return { reason: `its board runs; ${HOW_TO_ASK}` };
  if (other !== undefined) return { reason: 'what sits there is no board' };
  const port = slots?.find(({ label }) => label === slot)?.path;
  return port === undefined ? {} : { reason: `its port ${port} is empty` };
}
