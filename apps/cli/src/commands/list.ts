import { readPartsFile } from '@flashline/config';
import { usbId } from '@flashline/contracts';
import { type BoardJobReport, type BusDevice, parseMemoryMap } from '@flashline/dfuse';
import { lookAtBus } from '@flashline/worker';
import type { Command } from 'commander';
import { workOn } from '../boards/board-jobs.ts';
import { chooseBus, labelOf } from '../bus-choice.ts';
import { EXIT } from '../exit.ts';
import { drawMemoryMap } from '../memory-drawing.ts';
import { addVirtualOptions, option, type VirtualOptions } from '../options.ts';
import { describeBoard } from '../reports/board-sheet.ts';
import { interruption } from '../shutdown.ts';
import { table } from '../table.ts';

interface ListOptions extends VirtualOptions {
  readonly map: boolean;
  readonly parts: string;
  readonly json: boolean;
}

/** A device on the bus, and what it told when it was asked. */
interface Listed extends BusDevice {
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
  addVirtualOptions(command).action(list);
}

async function list(options: ListOptions): Promise<void> {
  const parts = options.map ? await readPartsFile(options.parts) : null;
  const signal = interruption();
  const bus = await chooseBus(options);
  try {
    const { devices, trouble } = await lookAtBus(bus.choice);
    const boards = devices.filter(({ mode }) => mode === 'dfu');
    const chosen = parts === null || boards.length === 0 ? null : { bus, parts, devices: boards, signal };
    const reports = chosen === null ? [] : await workOn(chosen, { kind: 'inspect' }, { json: true });
    const listed = devices.map((device): Listed => {
      const report = reports[boards.indexOf(device)] ?? null;
      return { ...device, label: labelOf(bus, device.path), report };
    });
    if (options.json) console.log(JSON.stringify({ devices: listed.map(described), trouble }));
    else console.log(print(listed, trouble));
    if (trouble !== null && listed.length === 0) process.exitCode = EXIT.environment;
  } finally {
    await bus.release();
  }
}

function described({ report, ...device }: Listed) {
  return report === null ? device : { ...device, told: describeBoard(device.path, report) };
}

const MODES = { dfu: 'bootloader (DFU)', application: 'application', other: 'other device' } as const;

function print(boards: readonly Listed[], trouble: string | null): string {
  const notes = trouble === null ? [] : [trouble];
  if (boards.length === 0 && trouble !== null) return trouble;
  if (boards.length === 0)
    return [
      ...notes,
      'No boards. Plug one in with its BOOT0 button or jumper held; docs/real-boards.md says how, and "flashline doctor" what is wrong.',
    ].join('\n');
  const rows = boards.map((board) => [
    board.label,
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
