import { asFault, Fault, type SlotName } from '@flashline/contracts';
import { type BoardSpec, benchSlots, connectBench, startBenchProcess } from '@flashline/virtual-boards';
import type { BusChoice } from '@flashline/worker';
import type { VirtualBoardOptions, VirtualOptions } from './options.ts';

/** The bus a command works on, and the names of its slots where they are known. */
export interface ChosenBus {
  readonly choice: BusChoice;
  /** Null when nobody has named any: every port with a board counts. */
  readonly slots: readonly SlotName[] | null;
  /** Virtual boards that end with the command: nothing about them is worth remembering. */
  readonly isFleeting: boolean;
  release(): Promise<void>;
}

const SLOTS_OF_A_RUNNING_BENCH = 8;

/** Real USB unless virtual boards were asked for, which bring the names of their slots. Rejects with NO_BOARDS when their bench does not answer. */
export async function chooseBus(options: VirtualOptions): Promise<ChosenBus> {
  const { virtual, virtualBench, virtualSpeed: speed } = options;
  if (virtualBench !== undefined) {
    await requireBench(virtualBench);
    const slots = benchSlots(virtual ?? SLOTS_OF_A_RUNNING_BENCH);
    return { choice: { kind: 'virtual', address: virtualBench, speed }, slots, ...LASTING };
  }
  if (virtual === undefined) return { choice: { kind: 'usb' }, slots: null, ...LASTING };
  const bench = await startBenchProcess({ speed, boards: virtualBoards(virtual, options), withParent: true });
  return {
    choice: { kind: 'virtual', address: bench.address, speed },
    slots: benchSlots(virtual),
    isFleeting: true,
    release: () => bench.stop(),
  };
}

/** Boards that were there before the command and are there after it. */
const LASTING = { isFleeting: false, release: async () => {} } as const;

/** A wrong address is told here and now, not by a host process that cannot start. */
async function requireBench(address: string): Promise<void> {
  const how = '"flashline virtual" starts one and prints its address';
  try {
    await (await connectBench(address)).close();
  } catch (cause) {
    const { code, details } = asFault(cause);
    if (code === 'USB_HOST')
      throw new Fault(
        'NO_BOARDS',
        { reason: `no virtual bench answers at ${address}: ${how}`, error: details.error ?? null },
        { cause },
      );
    if (code !== 'CONFIG_INVALID') throw cause;
    const reason = `"${address.slice(0, 80)}" is no address such as 127.0.0.1:4711; ${how}`;
    throw new Fault('CONFIG_INVALID', { field: '--virtual-bench', reason }, { cause });
  }
}

/** A slot as results name it: the path of its port, and its label on the fixture. */
export interface NamedSlot {
  readonly slot: string;
  readonly label: string;
}

/** The names of the slot at a port path. */
export function namesOf(bus: Pick<ChosenBus, 'slots'>, path: string): NamedSlot {
  return { slot: path, label: labelOf(bus, path) };
}

/** The name of a slot on the fixture; a port that has none goes by its path. */
export function labelOf({ slots }: Pick<ChosenBus, 'slots'>, path: string): string {
  return slots?.find((slot) => slot.path === path)?.label ?? path;
}

/** Boards for a new bench; left out: as they come back from the field, with an old firmware and settings in them. */
export function virtualBoards(
  count: number,
  { virtualPart: part = 'F405', virtualContents: contents = 'used' }: VirtualBoardOptions,
): Record<string, BoardSpec> {
  return Object.fromEntries(benchSlots(count).map(({ path }, index) => [path, { part, contents, seed: index + 1 }]));
}
