import { readPartsFile } from '@flashline/config';
import { usbId } from '@flashline/contracts';
import { type BoardJobReport, type BusDevice, parseMemoryMap } from '@flashline/dfuse';
import { lookAtBus } from '@flashline/worker';
import type { Command } from 'commander';
import { workOn } from '../boards/board-jobs.ts';
import { inPortOrder } from '../boards/port-order.ts';
import { type ChosenBus, namesOf } from '../bus-choice.ts';
import { EXIT } from '../exit.ts';
import { drawMemoryMap } from '../memory-drawing.ts';
import { addBusOptions, type BusOptions, option } from '../options.ts';
import { describeBoard } from '../reports/board-sheet.ts';
import { interruption } from '../shutdown.ts';
import { chooseStation } from '../station-file.ts';
import { table } from '../table.ts';

interface ListOptions extends BusOptions {
  readonly map: boolean;
  readonly parts: string;
  readonly json: boolean;
}

/** A device on the bus, and what it told when it was asked. */
interface Listed extends BusDevice {
  /** The path again where nobody has named the port. */
  readonly label: string;
  /** Null when it was not asked. */
  readonly report: BoardJobReport | null;
}

/** `flashline list`: what is plugged in. */
export function addList(program: Command): void {
  const command = program
    .command('list')
    .description('show the boards and other devices that are plugged in')
    .option('--map', 'open each board and draw its memory', false)
    .addOption(option.parts())
    .addOption(option.json());
  addBusOptions(command).action(list);
}

async function list(options: ListOptions): Promise<void> {
  const parts = options.map ? await readPartsFile(options.parts) : null;
  const signal = interruption();
  const { bus } = await chooseStation(options);
  try {
    const { devices: seen, trouble } = await lookAtBus(bus.choice);
    const devices = inPortOrder(seen);
    const boards = devices.filter(({ mode }) => mode === 'dfu');
    const chosen = parts === null || boards.length === 0 ? null : { bus, parts, devices: boards, signal };
    const reports = chosen === null ? [] : await workOn(chosen, { kind: 'inspect' }, { json: true });
    const listed = devices.map((device): Listed => {
      const report = reports[boards.indexOf(device)] ?? null;
      return { ...device, label: namesOf(bus, device.path).label, report };
    });
    if (options.json) console.log(JSON.stringify({ devices: listed.map(described), trouble }));
    else console.log(print(listed, bus, trouble));
    if (trouble !== null && listed.length === 0) process.exitCode = EXIT.environment;
  } finally {
    await bus.release();
  }
}

function described({ report, ...device }: Listed) {
  return report === null
    ? device
    : { ...device, told: describeBoard({ slot: device.path, label: device.label }, report) };
}

const MODES = { dfu: 'bootloader (DFU)', application: 'application', other: 'other device' } as const;

function print(boards: readonly Listed[], { slots }: ChosenBus, trouble: string | null): string {
  const notes = trouble === null ? [] : [trouble];
  if (boards.length === 0 && trouble !== null) return trouble;
  if (boards.length === 0)
    return [
      ...notes,
      'No boards. Plug one in with its BOOT0 button or jumper held; docs/real-boards.md says how, and "flashline doctor" what is wrong.',
    ].join('\n');
  const rows = boards.map((board) => [
    slots === null || slots.some(({ path }) => path === board.path) ? board.label : '-',
    board.path,
    usbId(board.vendorId, board.productId),
    MODES[board.mode],
    board.usbSerial ?? '-',
  ]);
  const maps = boards.flatMap(({ label, report }) => (report === null ? [] : ['', ...mapOf(label, report)]));
  return [...notes, table([['slot', 'port', 'USB id', 'mode', 'USB serial'], ...rows]), ...maps].join('\n');
}

function mapOf(label: string, { facts, fault }: BoardJobReport): string[] {
  if (facts === null) return [`${label}: ${fault === 'USB_BUSY' ? 'busy, another program works with it' : fault}`];
  return [`${label}: ${facts.part ?? 'part not known'}`, ...drawMemoryMap(parseMemoryMap(facts.layout))];
}
