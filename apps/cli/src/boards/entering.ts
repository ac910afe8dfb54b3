import type { BootloaderEntry } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { type EntryReport, enterDirect } from '@flashline/worker';
import type { ChosenBoards } from './board-choice.ts';

/** A board after it was asked: as it is in its bootloader, or why it is not there. */
export interface Entered {
  /** As it was seen before. */
  readonly found: BusDevice;
  readonly report: EntryReport;
}

/** Boards that need not be asked. */
export function asFound(devices: readonly BusDevice[]): readonly Entered[] {
  return devices.map((device) => ({ found: device, report: { device, fault: null } }));
}

/** Has the boards in their bootloader: those that run are asked, the others are left as they are. In the order of the boards. */
export async function enterAll(
  { bus, parts, devices, signal }: ChosenBoards,
  entry: BootloaderEntry,
): Promise<readonly Entered[]> {
  const reports = await enterDirect({ bus: bus.choice, parts, devices, signal, entry, onProgress: () => {} });
  return devices.flatMap((found, n) => {
    const report = reports[n];
    return report === undefined ? [] : [{ found, report }];
  });
}
