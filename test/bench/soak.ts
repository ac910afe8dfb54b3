import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { PLAIN_RECIPE } from '@flashline/contracts';
import { PaceBook, runAttempt } from '@flashline/dfuse';
import { type BoardSpec, PARTS, VirtualBench, VirtualClock } from '@flashline/virtual-boards';
import { boardOf, smallImageFor } from '../engine/part-image.ts';
import { KNOWN_PARTS } from '../engine/rig.ts';
import type { Section } from './report.ts';
import { table } from './table.ts';

const SLOT = '1-1';
const LOOKS = 10;
/** Compilers and caches fill up before it counts. */
const WARM_UP_FLASHES = 500;
const GROWTH_MIB_MAX = 4;

/** What a process holds at one moment, garbage collected. */
interface Holding {
  readonly flashes: number;
  readonly heapMiB: number;
  readonly rssMiB: number;
  readonly resources: number;
  readonly descriptors: number;
}

/** Flashes small images into all parts in turn, in virtual time, in one process, and looks what it holds meanwhile. */
export async function measureSoak(flashes: number): Promise<Section> {
  const line = new SoakLine();
  await line.flash(WARM_UP_FLASHES);
  const holdings = [holdingAfter(0)];
  const beganMs = performance.now();
  for (let look = 1; look <= LOOKS; look++) {
    await line.flash(Math.round((flashes * look) / LOOKS) - Math.round((flashes * (look - 1)) / LOOKS));
    holdings.push(holdingAfter(Math.round((flashes * look) / LOOKS)));
  }
  const seconds = (performance.now() - beganMs) / 1000;
  return {
    title: 'A soak',
    says: [
      `${flashes} flashes of small images into all ${PARTS.length} parts in turn, used and blank, in virtual time, one process, one pace book, one`,
      `cancel signal: all passed, in ${seconds.toFixed(0)} s. ${WARM_UP_FLASHES} flashes went before.`,
    ],
    table: holdingTable(holdings),
    notes: [
      '`resources`: timers, sockets and other handles that would keep the process alive; `descriptors`: open files. Heap after a full collection.',
    ],
    missed: growth(holdings),
  };
}

/** A bench on which board follows board, as in a host process. */
class SoakLine {
  readonly #clock = new VirtualClock();
  readonly #bench = new VirtualBench({ clock: this.#clock });
  readonly #paces = new PaceBook();
  readonly #signal = new AbortController().signal;
  #flashes = 0;

  async flash(count: number): Promise<void> {
    for (let n = 0; n < count; n++) await this.#next();
  }

  async #next(): Promise<void> {
    const n = this.#flashes++;
    const part = PARTS[n % PARTS.length];
    if (part === undefined) throw new Error('there are no parts');
    const contents: BoardSpec['contents'] = Math.floor(n / PARTS.length) % 2 === 0 ? 'used' : 'blank';
    this.#bench.plug(SLOT, { part: part.name, contents, seed: n });
    const request = {
      image: smallImageFor(part),
      board: boardOf(part),
      leave: true,
      recipe: { ...PLAIN_RECIPE, unprotect: true },
    };
    const context = {
      clock: this.#clock,
      signal: this.#signal,
      onProgress: () => {},
      parts: KNOWN_PARTS,
      paces: this.#paces,
    };
    const { outcome, fault, faultDetails } = await runAttempt(this.#bench, SLOT, request, context);
    if (outcome !== 'pass') throw new Error(`flash ${n}, ${part.name}: ${fault} ${JSON.stringify(faultDetails)}`);
    this.#bench.unplug(SLOT);
  }
}

function holdingAfter(flashes: number): Holding {
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  return {
    flashes,
    heapMiB: heapUsed / 2 ** 20,
    rssMiB: rss / 2 ** 20,
    resources: process.getActiveResourcesInfo().length,
    descriptors: descriptorsOpen(),
  };
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
}

function descriptorsOpen(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return Number.NaN;
  }
}

function holdingTable(holdings: readonly Holding[]): string {
  const rows = holdings.map(({ flashes, heapMiB, rssMiB, resources, descriptors }) => [
    String(flashes),
    heapMiB.toFixed(2),
    rssMiB.toFixed(0),
    String(resources),
    Number.isNaN(descriptors) ? '-' : String(descriptors),
  ]);
  return table(['flashes', 'heap MiB', 'RSS MiB', 'resources', 'descriptors'], rows);
}

/** What is held at the end and was not at the start. */
function growth(holdings: readonly Holding[]): string[] {
  const [first] = holdings;
  const last = holdings.at(-1);
  if (first === undefined || last === undefined) return ['nothing was measured'];
  const heap = last.heapMiB - first.heapMiB;
  return [
    ...(heap > GROWTH_MIB_MAX ? [`the heap grew by ${heap.toFixed(1)} MiB`] : []),
    ...(last.resources > first.resources ? [`resources grew from ${first.resources} to ${last.resources}`] : []),
    ...(last.descriptors > first.descriptors
      ? [`descriptors grew from ${first.descriptors} to ${last.descriptors}`]
      : []),
  ];
}
