import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import type { Attempt, NewWorkOrder, SlotState, WorkOrder } from '@flashline/contracts';
import { Client } from '../../support/client.ts';
import { flashline, Running } from '../../support/processes.ts';
import { FLASH } from './images.ts';
import { until } from './until.ts';

const START_SECONDS = 120;
const LOOK_EVERY_MS = 300;

/** What the station file says. */
export interface Fixture {
  readonly paths: readonly string[];
  readonly slotsPerHost: number;
}

/** `flashline station` as people start it, and its HTTP interface. */
export class Station {
  readonly client: Client;
  readonly #running: Running;
  readonly #folder: string;

  private constructor(client: Client, running: Running, folder: string) {
    this.client = client;
    this.#running = running;
    this.#folder = folder;
  }

  /** Resolves when it sees its bus. */
  static async start({ paths, slotsPerHost }: Fixture): Promise<Station> {
    const folder = mkdtempSync('/tmp/station-');
    const slots = paths.map((path, n) => ({ path, label: `S${n + 1}` }));
    // JSON is YAML.
    writeFileSync(`${folder}/station.yaml`, JSON.stringify({ station: 'machine', slots, slotsPerHost }));
    const running = new Running(['station', '--data', folder, '--port', '0', '--config', `${folder}/station.yaml`]);
    const client = new Client(await running.says(/is running: (\S+)/));
    const station = new Station(client, running, folder);
    await station.isWell();
    return station;
  }

  /** Resolves when it has no trouble. */
  async isWell(seconds = START_SECONDS): Promise<void> {
    let troubles: readonly string[] = [];
    const look = async () => {
      troubles = (await this.client.health()).troubles;
      return troubles.length === 0 ? true : null;
    };
    await until('the station has no trouble', look, { seconds, everyMs: LOOK_EVERY_MS }).catch((cause: unknown) => {
      throw new Error(`the station is in trouble: ${troubles.join(' ')}`, { cause });
    });
  }

  get pid(): number {
    return this.#running.child.pid ?? 0;
  }

  /** Makes an order for these bytes and starts it. */
  async order(image: Uint8Array, quantity: number, recipe: NewWorkOrder['recipe'] = {}): Promise<WorkOrder> {
    const { sha256 } = await this.client.upload('firmware.bin', image);
    const { id } = await this.client.order({ product: 'test', image: sha256, loadAddress: FLASH, quantity, recipe });
    return this.client.move(id, 'start');
  }

  /** Resolves when an order has all its good boards. Rejects as soon as an attempt ends with a fault that is not `expected`. */
  async completed({ id }: WorkOrder, expected: readonly string[], seconds: number): Promise<void> {
    const look = async () => {
      const attempts = await this.client.attempts(`limit=500&orderId=${id}`);
      const odd = attempts.filter((attempt) => !['pass', 'in work', ...expected].includes(endOf(attempt)));
      if (odd.length > 0) throw new Error(odd.map((one) => `${one.slot}: ${JSON.stringify(one.result)}`).join('\n'));
      return (await this.client.readOrder(id)).state === 'completed' ? true : null;
    };
    await until(`order ${id} is completed`, look, { seconds, everyMs: LOOK_EVERY_MS }).catch(async (cause: unknown) => {
      const slots = (await this.client.slots()).map(({ slot, state }) => `${slot} ${JSON.stringify(state)}`);
      throw new Error([...slots, readFileSync(`${this.#folder}/flashline.log`, 'utf8')].join('\n'), { cause });
    });
  }

  /** Resolves with these slots when all of them are so. */
  slots(paths: readonly string[], isSo: (state: SlotState) => boolean, seconds = 60): Promise<readonly SlotState[]> {
    const look = async () => {
      const slots = await this.client.slots();
      const states = paths.map((path) => slots.find(({ slot }) => slot === path)?.state);
      const known = states.filter((state) => state !== undefined);
      return known.length === paths.length && known.every(isSo) ? known : null;
    };
    return until(`slots ${paths.join(', ')} are so`, look, { seconds, everyMs: LOOK_EVERY_MS });
  }

  /** How the attempts of an order ended, slot by slot and the first first: `pass`, or a fault. */
  async ends({ id }: WorkOrder, paths: readonly string[]): Promise<readonly (readonly string[])[]> {
    const attempts = (await this.client.attempts(`limit=500&orderId=${id}`)).reverse();
    return paths.map((path) => attempts.filter(({ slot }) => slot === path).map(endOf));
  }

  /** Stops it as a person would. Throws unless that went well. */
  async stop(): Promise<void> {
    const code = await this.#running.stop();
    if (code !== 0) throw new Error(`the station ended with ${code}: ${this.#running.stderr}`);
  }

  /** What `flashline ledger verify` says of its record. Throws unless that is sound. */
  async verified(): Promise<string> {
    const verified = await flashline(['ledger', 'verify', '--data', this.#folder]);
    if (verified.code !== 0) throw new Error(`${verified.stdout}${verified.stderr}`);
    return verified.stdout.trim();
  }
}

function endOf({ result }: Attempt): string {
  return result === null ? 'in work' : (result.fault ?? result.outcome);
}
