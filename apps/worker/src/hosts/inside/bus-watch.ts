import type { BusDevice, Clock, DfuBus } from '@flashline/dfuse';
import { computerMs } from '../computer-clock.ts';

/** A full rescan this often finds what a lost hot-plug event hid. */
const RESCAN_MS = 1_000;

/**
 * Scans the bus for as long as the process lives: at once on every hint, and every second without one.
 * `onScan` gets each whole list and when it was begun (`computerMs`); comparing is the bench's business.
 */
export async function watchBus(
  bus: DfuBus,
  clock: Clock,
  onScan: (devices: readonly BusDevice[], lookedAtMs: number) => void,
): Promise<never> {
  let nap = new AbortController();
  let isHinted = false;
  bus.watch(() => {
    isHinted = true;
    nap.abort();
  });
  for (;;) {
    isHinted = false;
    const lookedAtMs = computerMs();
    onScan(await bus.list(), lookedAtMs);
    nap = new AbortController();
    if (!isHinted) await clock.sleep(RESCAN_MS, nap.signal).catch(() => {});
  }
}
