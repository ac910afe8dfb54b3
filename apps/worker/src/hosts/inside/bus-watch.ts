import type { BusDevice, Clock, DfuBus } from '@flashline/dfuse';

/** A full rescan this often finds what a lost hot-plug event hid. */
const RESCAN_MS = 1_000;

/**
 * Scans the bus for as long as the process lives: at once on every hint, and every second without one.
 * `onScan` gets each whole list; comparing is the bench's business.
 */
export async function watchBus(
  bus: DfuBus,
  clock: Clock,
  onScan: (devices: readonly BusDevice[]) => void,
): Promise<never> {
  let nap = new AbortController();
  let isHinted = false;
  bus.watch(() => {
    isHinted = true;
    nap.abort();
  });
  for (;;) {
    isHinted = false;
    onScan(await bus.list());
    nap = new AbortController();
    if (!isHinted) await clock.sleep(RESCAN_MS, nap.signal).catch(() => {});
  }
}
