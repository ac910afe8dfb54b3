import { systemClock } from '@flashline/dfuse';
import { F405, serveBench, VirtualBench } from '@flashline/virtual-boards';
import { firmwareBytes } from '../../engine/rig.ts';
import { areAll, orderFor, type StationRig, startStation, until } from './station-rig.ts';

/** Small, so that bursts follow each other quickly. */
const IMAGE = { address: 0x0800_0000, data: firmwareBytes(16 * 1024) };
/** Longer than a board may be away before its slot counts as empty. */
const HANDS_MS = 3000;

/** A station that has just started compiles what it runs for the first time. */
const SETTLING_MS = 3000;

/** How long boards that were all plugged in at once waited for their first control transfer, in milliseconds, sorted. */
export async function plugLatencies(boards: number, bursts: number): Promise<number[]> {
  const bench = new WatchedBench({ clock: systemClock() });
  const served = await serveBench(bench);
  const station = await startStation(served.address, boards);
  try {
    await systemClock().sleep(SETTLING_MS);
    const { id } = await orderFor(station, IMAGE, boards * bursts);
    await station.client.move(id, 'start');
    const waits: number[] = [];
    for (let burst = 0; burst < bursts; burst++) waits.push(...(await burstOf(station, bench, burst)));
    return waits.sort((a, b) => a - b);
  } finally {
    await station.stop();
    await served.close();
    await bench.close();
  }
}

async function burstOf({ client, paths }: StationRig, bench: WatchedBench, burst: number): Promise<number[]> {
  bench.firstTransferMs.clear();
  const pluggedMs = new Map<string, number>();
  for (const [n, path] of paths.entries()) {
    pluggedMs.set(path, performance.now());
    bench.plug(path, { part: F405.name, contents: 'blank', seed: burst * paths.length + n + 1 });
  }
  await until(() => areAll(client, paths.length, ({ state }) => state.is === 'done' && state.present));
  for (const path of paths) bench.unplug(path);
  await until(() => areAll(client, paths.length, ({ state }) => state.is === 'done' && !state.present));
  await systemClock().sleep(HANDS_MS);
  return paths.map((path) => (bench.firstTransferMs.get(path) ?? Number.NaN) - (pluggedMs.get(path) ?? Number.NaN));
}

/** A bench that notes when each board saw its first control transfer. */
class WatchedBench extends VirtualBench {
  readonly firstTransferMs = new Map<string, number>();

  override async open(path: string): ReturnType<VirtualBench['open']> {
    const port = await super.open(path);
    const noted = <Asked extends readonly unknown[], Answer>(transfer: (...asked: Asked) => Answer) => {
      return (...asked: Asked): Answer => {
        if (!this.firstTransferMs.has(path)) this.firstTransferMs.set(path, performance.now());
        return transfer(...asked);
      };
    };
    port.controlIn = noted(port.controlIn.bind(port));
    port.controlOut = noted(port.controlOut.bind(port));
    return port;
  }
}

/** The smallest value that so many percent of sorted ones do not exceed. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}
