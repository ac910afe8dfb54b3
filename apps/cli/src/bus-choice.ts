import type { SlotName } from '@flashline/contracts';
import { type BoardSpec, benchSlots, connectBench, startBenchProcess } from '@flashline/virtual-boards';
import type { BusChoice } from '@flashline/worker';
import type { VirtualBoardOptions, VirtualOptions } from './options.ts';

/** The bus a command works on, and the names of its slots where they are known. */
export interface ChosenBus {
  readonly choice: BusChoice;
  /** Null for real USB: every port with a board counts. */
  readonly slots: readonly SlotName[] | null;
  /** Virtual boards that end with the command: nothing about them is worth remembering. */
  readonly isFleeting: boolean;
  release(): Promise<void>;
}

const SLOTS_OF_A_RUNNING_BENCH = 8;

/** Real USB unless virtual boards were asked for. */
export async function chooseBus(options: VirtualOptions): Promise<ChosenBus> {
  const { virtual, virtualBench, virtualSpeed: speed } = options;
  if (virtualBench !== undefined) {
    // A wrong address is told here and now, not by a host process that cannot start.
    await (await connectBench(virtualBench)).close();
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
