import { type Clock, systemClock } from '@flashline/dfuse';
import { VirtualBench } from '../../bench/bench.ts';
import type { BoardSpec } from '../../board/board-spec.ts';
import { type ServedUsbip, serveUsbip } from '../usbip-server.ts';

/** A bench whose boards are served on a free port. */
export interface UsbipRig {
  readonly bench: VirtualBench;
  readonly address: string;
  /** Resolves when the board on a port has become this, or has gone. */
  readonly becomes: (path: string, mode: 'dfu' | 'application' | null) => Promise<void>;
}

const made: { readonly bench: VirtualBench; readonly served: ServedUsbip }[] = [];

/** Ends every rig that was made. */
export async function endRigs(): Promise<void> {
  for (const { bench, served } of made.splice(0)) {
    await served.close();
    await bench.close();
  }
}

export async function usbipRig(
  boards: Readonly<Record<string, BoardSpec>>,
  { clock = systemClock(), speed = 0 }: { readonly clock?: Clock; readonly speed?: number } = {},
): Promise<UsbipRig> {
  const bench = new VirtualBench({ clock, speed });
  for (const [path, spec] of Object.entries(boards)) bench.plug(path, spec);
  const served = await serveUsbip(bench, { port: 0 });
  made.push({ bench, served });
  const becomes = async (path: string, mode: string | null) => {
    const isSo = async () => ((await bench.list()).find((device) => device.path === path)?.mode ?? null) === mode;
    for (;;) {
      const hint = new Promise<void>((resolve) => {
        const unwatch = bench.watch(() => {
          unwatch();
          resolve();
        });
      });
      if (await isSo()) return;
      await hint;
    }
  };
  return { bench, address: served.address, becomes };
}
