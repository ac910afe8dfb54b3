import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Image, WorkOrder } from '@flashline/contracts';
import { openMemoryQueue, type Queue } from '@flashline/queue';
import { type Ledger, openLedger } from '@flashline/store';
import { pino } from 'pino';
import { type Coordinator, type CoordinatorOptions, startCoordinator } from '../coordinator.ts';
import { ManualTime } from './manual-time.ts';

/** A coordinator with a real ledger and a real server, whose time a test moves. */
export interface Rig {
  readonly folder: string;
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly time: ManualTime;
  readonly coordinator: Coordinator;
  /** Asks the API; `path` is below `/api/v1`. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Sends JSON. */
  send(method: string, path: string, body: unknown): Promise<Response>;
  upload(file: Uint8Array, name?: string): Promise<Response>;
  /** Uploads an image and starts an order for it. */
  startOrder(quantity: number, changes?: Record<string, unknown>): Promise<WorkOrder>;
  close(): Promise<void>;
}

/** A raw binary: what is in it does not matter here. */
export const BINARY = new Uint8Array(256).map((_, index) => index ^ 0x5a);

/** Options of the coordinator, and `around`, which puts faults between it and its real ledger. */
export interface RigOptions extends Partial<CoordinatorOptions> {
  readonly around?: (ledger: Ledger) => Ledger;
}

/** Opens a coordinator that a test can drive; what fails to open leaves nothing behind. */
export async function openRig({ around = (real) => real, ...options }: RigOptions = {}): Promise<Rig> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'flashline-coordinator-')));
  const ledger = around(options.ledger ?? openLedger(folder));
  const queue = options.queue ?? openMemoryQueue();
  const time = new ManualTime();
  const coordinator = await startCoordinator({
    folder,
    queue,
    log: pino({ level: 'silent' }),
    host: '127.0.0.1',
    port: 0,
    simulated: false,
    version: '0.0.0-rig',
    dashboard: null,
    time,
    ...options,
    ledger,
  }).catch(async (thrown: unknown) => {
    ledger.close();
    await rm(folder, { recursive: true, force: true });
    throw thrown;
  });
  const ask = (path: string, init?: RequestInit) => fetch(`${coordinator.url}/api/v1${path}`, init);
  const send = (method: string, path: string, body: unknown) =>
    ask(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const upload = (file: Uint8Array, name = 'blink.bin') =>
    ask(`/images?name=${encodeURIComponent(name)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(file),
    });
  return {
    folder,
    ledger,
    queue,
    time,
    coordinator,
    ask,
    send,
    upload,
    startOrder: async (quantity, changes = {}) => {
      const { sha256 } = (await (await upload(BINARY)).json()) as Image;
      const order = { product: 'blinker', image: sha256, loadAddress: 0x0800_0000, quantity, ...changes };
      const { id } = (await (await send('POST', '/work-orders', order)).json()) as WorkOrder;
      return (await (await send('POST', `/work-orders/${id}/actions/start`, {})).json()) as WorkOrder;
    },
    close: async () => {
      await coordinator.close();
      await queue.close();
      ledger.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
