import type { SlotName } from '@flashline/contracts';
import { type BoardSpec, benchSlots, connectBench, startBenchProcess } from '@flashline/virtual-boards';
import type { BusChoice } from '@flashline/worker';
import type { VirtualOptions } from './options.ts';

/** The bus a command works on, and the names of its slots where they are known. */
export interface ChosenBus {
  readonly choice: BusChoice;
  /** Null for real USB: every port with a board counts. */
  readonly slots: readonly SlotName[] | null;
  release(): Promise<void>;
}

/** Real USB unless virtual boards were asked for; `boards` fills a new virtual bench. */
export async function chooseBus(
  { virtual, virtualBench, virtualSpeed: speed }: VirtualOptions,
  boards: (count: number) => Readonly<Record<string, BoardSpec>> = usedBoards,
): Promise<ChosenBus> {
  if (virtualBench !== undefined) {
    // A wrong address is told here and now, not by a host process that cannot start.
    await (await connectBench(virtualBench)).close();
    const slots = benchSlots(virtual ?? SLOTS_OF_A_RUNNING_BENCH);
    return { choice: { kind: 'virtual', address: virtualBench, speed }, slots, release: async () => {} };
  }
  if (virtual === undefined) return { choice: { kind: 'usb' }, slots: null, release: async () => {} };
  const bench = await startBenchProcess({ speed, boards: boards(virtual), withParent: true });
  return {
    choice: { kind: 'virtual', address: bench.address, speed },
    slots: benchSlots(virtual),
    release: () => bench.stop(),
  };
}

const SLOTS_OF_A_RUNNING_BENCH = 8;

/** Boards as they come back from the field: an old firmware and settings in them. */
export function usedBoards(count: number): Record<string, BoardSpec> {
  return Object.fromEntries(
    benchSlots(count).map(({ path }, index) => [path, { part: 'F405', contents: 'used', seed: index + 1 } as const]),
  );
}
