import { readPartsFile } from '@flashline/config';
import { Fault, type Part } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { lookAtBus } from '@flashline/worker';
import type { Command } from 'commander';
import { type ChosenBus, chooseBus, labelOf } from '../bus-choice.ts';
import { addVirtualOptions, option, repeated, type VirtualOptions } from '../options.ts';
import { interruption } from '../shutdown.ts';

/** What the options of commands that work on boards parse to. */
export interface BoardOptions extends VirtualOptions {
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
  return addVirtualOptions(chosen);
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
  const bus = await chooseBus(options);
  try {
    const { devices, trouble } = await lookAtBus(bus.choice);
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
  const running = others.filter(({ mode }) => mode === 'application').length;
  const reason = trouble ?? (running > 0 ? `${running} run their firmware; ${HOW_TO_ASK}` : null);
  if (boards.length === 0) throw new Fault('NO_BOARDS', { reason });
  if (boards.length > 1 && !all) throw new Fault('SLOT_AMBIGUOUS', { boards: boards.length });
  return boards;
}

function boardIn({ bus, boards, others }: Seen, slot: string): BusDevice {
  const isThere = ({ path }: BusDevice) => path === slot || labelOf(bus, path) === slot;
  const board = boards.find(isThere);
  if (board !== undefined) return board;
  const runs = others.find(isThere)?.mode === 'application';
  throw new Fault('SLOT_UNKNOWN', {
    slot: slot.slice(0, 40),
    ...(runs && { reason: `its board runs; ${HOW_TO_ASK}` }),
  });
}
