import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NewWorkOrder, SlotState, WorkOrder } from '@flashline/contracts';
import { programmed, readImage } from '@flashline/firmware';
import {
  type BenchProcess,
  type BoardSpec,
  benchSlots,
  connectBench,
  type RemoteBench,
  startBenchProcess,
} from '@flashline/virtual-boards';
import { Client } from './client.ts';
import { Running } from './processes.ts';

/** The image of the demonstration: 82,108 bytes in two ranges. */
export const BLINKY = fileURLToPath(new URL('../../examples/blinky-f405/blinky.hex', import.meta.url));

/** A line for a test: a bench of virtual boards that outlives its stations, and a data folder. */
export class Line {
  readonly folder: string;
  readonly bench: RemoteBench;
  readonly benchAddress: string;
  readonly #process: BenchProcess;
  readonly #slots: number;
  readonly #speed: number;
  readonly #stations = new Set<Running>();

  private constructor(
    folder: string,
    process: BenchProcess,
    bench: RemoteBench,
    size: { slots: number; speed: number },
  ) {
    this.folder = folder;
    this.#process = process;
    this.bench = bench;
    this.benchAddress = process.address;
    this.#slots = size.slots;
    this.#speed = size.speed;
  }

  /** Starts a bench with empty slots; `speed` 0 is no waiting. */
  static async open(slots: number, speed = 0): Promise<Line> {
    const folder = await mkdtemp(join(tmpdir(), 'flashline-test-'));
    const process = await startBenchProcess({ speed });
    return new Line(folder, process, await connectBench(process.address), { slots, speed });
  }

  get paths(): string[] {
    return benchSlots(this.#slots).map(({ path }) => path);
  }

  /** Starts a station on this bench and folder; resolves when it answers. */
  async station(...more: string[]): Promise<{ running: Running; client: Client }> {
    const bench = ['--virtual-bench', this.benchAddress, '--virtual-speed', String(this.#speed)];
    const slots = ['--virtual', String(this.#slots)];
    const running = new Running(['station', '--data', this.folder, '--port', '0', ...bench, ...slots, ...more]);
    this.#stations.add(running);
    const url = await running.says(/is running: (\S+)/);
    return { running, client: new Client(url) };
  }

  /** Plugs a board into a slot. */
  plug(path: string, spec: BoardSpec = {}): Promise<void> {
    return this.bench.plug(path, { contents: 'used', ...spec });
  }

  /** Has a board in the last slot flashed: what waits on the others by then is left alone for good. */
  async othersAreServed(client: Client): Promise<void> {
    const last = this.paths.at(-1) ?? '';
    await this.plug(last);
    await done(client, last);
  }

  /** Whether the sample image really is in the board, looked at past its bootloader. */
  async isFlashed(path: string): Promise<boolean> {
    for (const { address, data } of programmed(readImage(await readFile(BLINKY)))) {
      const { sha256 } = await this.bench.inspect(path, { address, length: data.length });
      if (sha256 !== createHash('sha256').update(data).digest('hex')) return false;
    }
    return true;
  }

  async close(): Promise<void> {
    for (const station of this.#stations) {
      if (station.child.exitCode === null) await station.kill();
      // A station has nothing to say there unless something is wrong.
      if (station.stderr !== '') process.stderr.write(`station ${station.child.pid}: ${station.stderr}\n`);
    }
    await this.bench.close();
    await this.#process.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Uploads the sample image, creates an order and starts it. */
export async function startOrder(
  client: Client,
  quantity: number,
  recipe: NewWorkOrder['recipe'] = {},
): Promise<WorkOrder> {
  const { sha256 } = await client.upload('blinky.hex', await readFile(BLINKY));
  const { id } = await client.order({ product: 'test', image: sha256, quantity, recipe });
  return client.move(id, 'start');
}

/** What a slot shows once its attempt has ended and is recorded. */
export async function done(client: Client, path: string): Promise<Extract<SlotState, { is: 'done' }>> {
  const { state } = await client.slotUntil(path, ({ state: { is } }) => is === 'done');
  if (state.is !== 'done') throw new Error('unreachable');
  return state;
}

/** What a hand needs at least to pull a board and plug one in; a board that is back sooner was never pulled. */
export function handsMove(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000));
}
