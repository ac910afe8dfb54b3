import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Slot, WorkOrder } from '@flashline/contracts';
import { benchSlots } from '@flashline/virtual-boards';
import { Client } from '../../support/client.ts';
import { Running } from '../../support/processes.ts';

const LOOK_EVERY_MS = 200;
const PATIENCE_MS = 180_000;

/** A station as it is shipped, in processes of its own, on a bench of virtual boards. */
export interface StationRig {
  readonly client: Client;
  readonly pid: number;
  readonly paths: readonly string[];
  stop(): Promise<void>;
}

/** Starts `flashline station` with so many slots on a bench; resolves when it answers. */
export async function startStation(benchAddress: string, slots: number, speed = 1): Promise<StationRig> {
  const folder = await mkdtemp(join(tmpdir(), 'flashline-bench-'));
  const boards = ['--virtual', String(slots), '--virtual-bench', benchAddress, '--virtual-speed', String(speed)];
  const running = new Running(['station', '--data', folder, '--port', '0', ...boards]);
  const url = await running.says(/is running: (\S+)/);
  return {
    client: new Client(url),
    pid: running.child.pid ?? 0,
    paths: benchSlots(slots).map(({ path }) => path),
    stop: async () => {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Uploads a raw image and creates an order for it, not started yet. */
export async function orderFor(
  { client }: StationRig,
  image: { readonly address: number; readonly data: Uint8Array },
  quantity: number,
): Promise<WorkOrder> {
  const { sha256 } = await client.upload('bench.bin', image.data);
  return client.order({ product: 'bench', image: sha256, loadAddress: image.address, quantity });
}

/** Looks again and again until something is so. Rejects after three minutes. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const giveUpMs = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > giveUpMs) throw new Error('the station did not get there in time');
    await pause(LOOK_EVERY_MS);
  }
}

/** Whether a station shows all its slots, and each of them so. */
export async function areAll(client: Client, slots: number, isSo: (slot: Slot) => boolean): Promise<boolean> {
  const shown = await client.slots();
  return shown.length === slots && shown.every(isSo);
}
