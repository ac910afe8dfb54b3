import { usbId } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { lookAtBus } from '@flashline/worker';
import type { Command } from 'commander';
import { type ChosenBus, chooseBus } from '../bus-choice.ts';
import { option, type VirtualOptions } from '../options.ts';
import { table } from '../table.ts';

/** `flashline list`: what is plugged in. */
export function addList(program: Command): void {
  program
    .command('list')
    .description('show the boards and other devices that are plugged in')
    .addOption(option.virtual())
    .addOption(option.virtualBench())
    .addOption(option.virtualSpeed())
    .addOption(option.json())
    .action(async (options: VirtualOptions & { json: boolean }) => {
      const bus = await chooseBus(options);
      try {
        const { devices, trouble } = await lookAtBus(bus.choice);
        const boards = devices.map((device) => ({ ...device, label: labelOf(bus, device.path) }));
        if (options.json) console.log(JSON.stringify({ devices: boards, trouble }));
        else console.log(print(boards, trouble));
      } finally {
        await bus.release();
      }
    });
}

/** The label of a slot; a port that has none goes by its path. */
export function labelOf({ slots }: ChosenBus, path: string): string {
  return slots?.find((slot) => slot.path === path)?.label ?? path;
}

const MODES = { dfu: 'bootloader (DFU)', application: 'application', other: 'other device' } as const;

function print(boards: readonly (BusDevice & { label: string })[], trouble: string | null): string {
  const notes = trouble === null ? [] : [trouble];
  if (boards.length === 0)
    return [
      ...notes,
      'No boards. Plug one in with its BOOT0 button or jumper held; README, "Real boards", says how.',
    ].join('\n');
  const rows = boards.map((board) => [
    board.label,
    board.path,
    usbId(board.vendorId, board.productId),
    MODES[board.mode],
    board.usbSerial ?? '-',
  ]);
  return [...notes, table([['slot', 'port', 'USB id', 'mode', 'USB serial'], ...rows])].join('\n');
}
