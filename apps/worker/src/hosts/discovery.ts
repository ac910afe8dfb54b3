import type { UsbTree } from '@flashline/contracts';
import type { BusDevice, Clock, DfuBus } from '@flashline/dfuse';

/** A full rescan this often finds what a lost hot-plug event hid. */
const RESCAN_MS = 1000;
/** Hubs are plugged in once a day. */
const TREE_MS = 5000;

/**
 * Scans the bus for as long as the process lives: at once on every hint, and every second without one.
 * `onScan` gets each whole list; comparing is the bench's business.
 */
export async function watchBus(
  bus: DfuBus,
  clock: Clock,
  onScan: (devices: readonly BusDevice[]) => void,
  signal?: AbortSignal,
): Promise<void> {
  let nap = new AbortController();
  let isHinted = false;
  const stop = bus.watch(() => {
    isHinted = true;
    nap.abort();
  });
  try {
    while (signal?.aborted !== true) {
      isHinted = false;
      onScan(await bus.list());
      nap = new AbortController();
      if (!isHinted) await clock.sleep(RESCAN_MS, nap.signal).catch(() => {});
    }
  } finally {
    stop();
  }
}

/** Reads the USB tree now and then for as long as the process lives, and tells of it when it has changed. */
export async function watchTree(
  read: () => Promise<UsbTree | null>,
  clock: Clock,
  onTree: (tree: UsbTree | null) => void,
): Promise<never> {
  for (let told = ''; ; await clock.sleep(TREE_MS)) {
    const tree = await read();
    const text = JSON.stringify(tree);
    if (text === told) continue;
    told = text;
    onTree(tree);
  }
}
