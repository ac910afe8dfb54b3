import { setTimeout as pause } from 'node:timers/promises';
import { connectBench, type RemoteBench, startBenchProcess } from '@flashline/virtual-boards';
import { firmwareBytes } from '../../engine/rig.ts';
import type { Section } from '../report.ts';
import { table } from '../table.ts';
import { descriptorsOf, treeUse } from './process-tree.ts';
import { orderFor, type StationRig, startStation } from './station-rig.ts';

const SLOTS = 16;
const IMAGE = { address: 0x0800_0000, data: firmwareBytes(4096) };
const LOOKS = 5;
const LOOK_EVERY_MS = 50;
/** Hosts start and caches fill before it counts. */
const WARM_UP_BOARDS = 500;
const GROWTH_MIB_MAX = 64;

/** What a station and its processes hold at one moment. */
interface Holding {
  readonly boards: number;
  readonly processes: number;
  readonly descriptors: number;
  readonly memoryMiB: number;
}

/** Board after board through one station with its processes, and what they hold meanwhile. */
export async function measureStationSoak(boards: number): Promise<Section> {
  const process = await startBenchProcess({ speed: 0 });
  const bench = await connectBench(process.address);
  const station = await startStation(process.address, SLOTS, 0);
  try {
    const line = new SoakLine(station, bench);
    await line.make(WARM_UP_BOARDS);
    const holdings = [holdingOf(station, 0)];
    const beganMs = performance.now();
    for (let look = 1; look <= LOOKS; look++) {
      await line.make(Math.round((boards * look) / LOOKS) - Math.round((boards * (look - 1)) / LOOKS));
      holdings.push(holdingOf(station, Math.round((boards * look) / LOOKS)));
    }
    const seconds = (performance.now() - beganMs) / 1000;
    return {
      title: 'A soak of a station',
      says: [
        `${boards} boards, each with a serial number of its own, one after the other into ${SLOTS} slots of one \`flashline station\`, without`,
        `waiting: all passed and recorded, in ${seconds.toFixed(0)} s. ${WARM_UP_BOARDS} boards went before.`,
      ],
      table: holdingTable(holdings),
      notes: [
        'Of the station and all its processes (`/proc`), while it has nothing to do. Memory has to level off: its second half counts.',
      ],
      missed: growth(holdings),
    };
  } finally {
    await station.stop();
    await bench.close();
    await process.stop();
  }
}

/** A station whose slots are filled again as soon as a board is done. */
class SoakLine {
  readonly #station: StationRig;
  readonly #bench: RemoteBench;
  /** The serial number of the board that was put into each slot last: the station may still show the one before it. */
  readonly #sits = new Map<string, string>();
  #plugged = 0;

  constructor(station: StationRig, bench: RemoteBench) {
    this.#station = station;
    this.#bench = bench;
  }

  /** Makes an order of so many boards. Rejects when one of them does not pass; the slots are empty then and afterwards. */
  async make(boards: number): Promise<void> {
    const { client, paths } = this.#station;
    const { id } = await orderFor(this.#station, IMAGE, boards);
    await client.move(id, 'start');
    let left = boards;
    for (const path of paths.slice(0, boards)) left -= await this.#plug(path);
    for (;;) {
      const { state, counts } = await client.readOrder(id);
      if (counts.bad + counts.errors > 0)
        throw new Error(`of ${boards} boards ${counts.bad} are bad, ${counts.errors} in error`);
      if (state === 'completed') break;
      for (const path of (await this.#done()).slice(0, left)) {
        await this.#bench.unplug(path);
        left -= await this.#plug(path);
      }
      await pause(LOOK_EVERY_MS);
    }
    for (const { path } of await this.#bench.list()) await this.#bench.unplug(path);
  }

  /** The slots whose boards are done. */
  async #done(): Promise<readonly string[]> {
    const slots = await this.#station.client.slots();
    return slots.flatMap(({ slot, state }) =>
      state.is === 'done' && state.board.usbSerial === this.#sits.get(slot) ? [slot] : [],
    );
  }

  /** Two different serial numbers are two boards, however fast they follow each other. */
  async #plug(path: string): Promise<1> {
    const seed = ++this.#plugged;
    const usbSerial = `SOAK${seed}`;
    this.#sits.set(path, usbSerial);
    await this.#bench.plug(path, { contents: 'used', seed, usbSerial });
    return 1;
  }
}

function holdingOf({ pid }: StationRig, boards: number): Holding {
  const { processes, memoryMiB } = treeUse(pid);
  return { boards, processes, descriptors: descriptorsOf(pid), memoryMiB };
}

function holdingTable(holdings: readonly Holding[]): string {
  const rows = holdings.map(({ boards, processes, descriptors, memoryMiB }) =>
    [boards, processes, descriptors, memoryMiB.toFixed(0)].map(String),
  );
  return table(['boards', 'processes', 'descriptors', 'MiB'], rows);
}

/** What is held at the end and was not at the start. */
function growth(holdings: readonly Holding[]): string[] {
  const [first] = holdings;
  const last = holdings.at(-1);
  if (first === undefined || last === undefined) return ['nothing was measured'];
  const names = ['processes', 'descriptors'] as const;
  const grown = names.filter((name) => last[name] > first[name]);
  // A heap takes what it may before it collects: what counts is whether it ends.
  const middle = holdings[Math.ceil(holdings.length / 2)] ?? last;
  const memory = last.memoryMiB - middle.memoryMiB;
  return [
    ...grown.map((name) => `${name} grew from ${first[name]} to ${last[name]}`),
    ...(memory > GROWTH_MIB_MAX ? [`the memory grew by ${memory.toFixed(0)} MiB in the second half`] : []),
  ];
}
