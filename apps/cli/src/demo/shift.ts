import { Fault, type LiveEvent, type RangeInfo, type Slot, type WorkOrder } from '@flashline/contracts';
import { programmed, rangeInfo } from '@flashline/firmware';
import { type BoardSpec, connectBench, F405, misbehave, type RemoteBench } from '@flashline/virtual-boards';
import { benchAddress, type Demo } from './once.ts';
import { StationClient } from './station-client.ts';

/** One board in this many is bad, in one of the ways a shift sees. */
const BAD_ONE_IN = 9;
const QUANTITY = 200;
/** How long the operator takes to look, to pull a board, and to fetch the next one. */
const HANDS_MS = { look: [800, 3500], fetch: [900, 3000] } as const;

/** Works like a shift until stopped: boards are flashed, pulled, and new ones plugged in; order follows order. */
export async function workShift(demo: Demo, stopped: Promise<void>): Promise<void> {
  const bench = await connectBench(benchAddress(demo.bus));
  const interrupt = new AbortController();
  void stopped.then(() => interrupt.abort());
  const [within] = rangeInfo(programmed(demo.image.image)).sort((a, b) => b.bytes - a.bytes);
  if (within === undefined) throw new Fault('IMAGE_EMPTY');
  const operator = new Operator(bench, demo.seed, within);
  try {
    const station = new StationClient(demo.url);
    const { sha256 } = await station.uploadImage(demo.image.path);
    let order = await startOrder(station, sha256, demo.loadAddress);
    console.log(`flashline is flashing virtual boards (SIMULATED): ${demo.url}`);
    console.log('Open it in a browser. Ctrl-C ends the shift.');
    for await (const event of station.events(interrupt.signal)) {
      operator.see(event);
      // No active order: this one is made, or somebody at the screen paused it.
      if (event.on !== 'order' || event.order !== null) continue;
      const { state } = await station.readOrder(order.id);
      if (state === 'completed') order = await startOrder(station, sha256, demo.loadAddress);
    }
  } catch (thrown) {
    if (!interrupt.signal.aborted) throw thrown;
  } finally {
    operator.goHome();
    await bench.close();
  }
}

async function startOrder(station: StationClient, image: string, loadAddress: number | null): Promise<WorkOrder> {
  const order = await station.createOrder({ product: 'Blinky F405', image, loadAddress, quantity: QUANTITY });
  return station.moveOrder(order.id, 'start');
}

/** Two hands: takes finished boards out and puts new ones in, now and then a bad one. */
class Operator {
  readonly #bench: RemoteBench;
  readonly #seed: number;
  readonly #within: RangeInfo;
  /** The attempt after which each slot was last served, so that one result moves the hands once. */
  readonly #served = new Map<string, string>();
  readonly #moves = new Set<NodeJS.Timeout>();
  #boards = 1000;

  /** Faults strike within this range, so that they show. */
  constructor(bench: RemoteBench, seed: number, within: RangeInfo) {
    this.#bench = bench;
    this.#seed = seed;
    this.#within = within;
  }

  see(event: LiveEvent): void {
    if (event.on === 'snapshot') for (const slot of event.slots) this.#look(slot);
    if (event.on === 'slot') this.#look(event.slot);
  }

  goHome(): void {
    for (const move of this.#moves) clearTimeout(move);
  }

  #look({ slot, state }: Slot): void {
    if (state.is !== 'done' || this.#served.get(slot) === state.attemptId) return;
    this.#served.set(slot, state.attemptId);
    this.#after(HANDS_MS.look, async () => {
      // A board that lost contact is no longer there to be pulled.
      await this.#bench.unplug(slot).catch(() => {});
      this.#after(HANDS_MS.fetch, () => this.#bench.plug(slot, this.#nextBoard()));
    });
  }

  #nextBoard(): BoardSpec {
    this.#boards += 1;
    const seed = this.#seed * 1_000_000 + this.#boards;
    const isBad = this.#boards % BAD_ONE_IN === 0;
    const contents = this.#boards % 3 === 0 ? 'used' : 'blank';
    return { part: F405.name, contents, seed, misbehaviours: isBad ? [misbehave(seed, this.#within)] : [] };
  }

  #after([minMs, maxMs]: readonly [number, number], move: () => Promise<void>): void {
    const waitMs = minMs + Math.random() * (maxMs - minMs);
    const timer = setTimeout(() => {
      this.#moves.delete(timer);
      // The bench is gone only when the shift is over.
      move().catch(() => {});
    }, waitMs);
    this.#moves.add(timer);
  }
}
