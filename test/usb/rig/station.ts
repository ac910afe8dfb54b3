import { existsSync, readFileSync } from 'node:fs';
import type { Attempt, NewWorkOrder, SlotState, WorkOrder } from '@flashline/contracts';
import { Client } from '../../support/client.ts';
import { type Finished, flashline } from '../../support/processes.ts';
import type { StationHandle } from '../machine/job.ts';
import { tailOf } from '../report.ts';
import { FLASH } from './images.ts';
import { productAt } from './rig.ts';
import { myTurn } from './turn.ts';
import { until } from './until.ts';

const START_SECONDS = 120;
const LOOK_EVERY_MS = 300;

/** The station that scenarios share, and its HTTP interface. */
export class Station {
  readonly client: Client;
  readonly #handle: StationHandle;

  private constructor(handle: StationHandle) {
    this.client = new Client(handle.url);
    this.#handle = handle;
  }

  /** Resolves when it sees its bus. */
  static async join(): Promise<Station> {
    const { station: handle } = await myTurn();
    if (handle === null) throw new Error('this scenario is not one that works on the station');
    const station = new Station(handle);
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
    return this.#handle.pid;
  }

  /** Makes an order for these bytes and starts it. */
  async order(image: Uint8Array, quantity: number, recipe: NewWorkOrder['recipe'] = {}): Promise<WorkOrder> {
    const { sha256 } = await this.client.upload('firmware.bin', image);
    const { id } = await this.client.order({ product: 'test', image: sha256, loadAddress: FLASH, quantity, recipe });
    return this.client.move(id, 'start');
  }

  /** Resolves when an order has all its good boards. Rejects as soon as an attempt ends with a fault that is not `expected`. */
  async completed({ id }: WorkOrder, expected: readonly string[], seconds: number): Promise<void> {
    // A page of attempts costs a tenth of a second under emulation, the order next to nothing.
    let notGood = 0;
    const look = async () => {
      const { state, counts } = await this.client.readOrder(id);
      const { bad, errors, aborted } = counts;
      if (bad + errors + aborted > notGood) await this.#onlyEnds(id, expected);
      notGood = bad + errors + aborted;
      return state === 'completed' ? true : null;
    };
    await until(`order ${id} is completed`, look, { seconds, everyMs: LOOK_EVERY_MS }).catch(async (cause: unknown) => {
      const log = tailOf(readFileSync(`${this.#handle.folder}/flashline.log`, 'utf8'));
      throw new Error([...(await this.#notPassed()), log].join('\n'), { cause });
    });
  }

  async #onlyEnds(orderId: string, expected: readonly string[]): Promise<void> {
    const attempts = await this.client.attempts(`limit=500&orderId=${orderId}`);
    const odd = attempts.filter((attempt) => !['pass', 'in work', ...expected].includes(endOf(attempt)));
    if (odd.length > 0) throw new Error(odd.map((one) => `${one.slot}: ${JSON.stringify(one.result)}`).join('\n'));
  }

  /** What is known of each slot that does not show a pass. */
  async #notPassed(): Promise<readonly string[]> {
    const slots = (await this.client.slots()).filter(({ state }) => !(state.is === 'done' && state.outcome === 'pass'));
    return slots.map(({ slot, state }) => `${slot}: the kernel has ${productAt(slot)}, ${JSON.stringify(state)}`);
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

  /** The seating in a slot, of a board that may have left since; null when there is none. */
  async seatingAt(path: string): Promise<string | null> {
    const [state] = await this.slots([path], () => true);
    return state !== undefined && 'seatingId' in state ? state.seatingId : null;
  }

  /** How the attempts of an order ended, slot by slot and the first first: `pass`, or a fault. */
  async ends({ id }: WorkOrder, paths: readonly string[]): Promise<readonly (readonly string[])[]> {
    const attempts = (await this.client.attempts(`limit=500&orderId=${id}`)).reverse();
    return paths.map((path) => attempts.filter(({ slot }) => slot === path).map(endOf));
  }

  /** Stops it as a person would. Resolves with its exit code and what it said on stderr. */
  async stop(): Promise<string> {
    process.kill(this.pid, 'SIGTERM');
    const { exitFile } = this.#handle;
    return until('the station has ended', () => (existsSync(exitFile) ? readFileSync(exitFile, 'utf8') : null));
  }

  /** What `flashline ledger verify` says of its record. */
  verified(): Promise<Finished> {
    return flashline(['ledger', 'verify', '--data', this.#handle.folder]);
  }
}

function endOf({ result }: Attempt): string {
  return result === null ? 'in work' : (result.fault ?? result.outcome);
}
