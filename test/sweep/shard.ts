import { parentPort, workerData } from 'node:worker_threads';
import { type Outcome, runCase } from './one-case.ts';
import { type Hit, SCENARIOS, type Scenario, WAYS, type Way } from './scenarios.ts';

/** What one scenario came to. */
export interface ScenarioResult {
  readonly name: string;
  /** Control transfers of a flash to which nothing happens. */
  readonly transfers: number;
  readonly cases: number;
  readonly flashes: number;
  /** First flashes that passed although something happened, and those that failed honestly. */
  readonly passed: number;
  readonly failed: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly wrong: readonly { readonly hits: readonly Hit[]; readonly what: readonly string[] }[];
}

const ALL_WAYS = Object.keys(WAYS) as Way[];
/** How far behind the first hit of a pair the second one is at most: in the recovery from it. */
const PAIR_WITHIN = 20;

/** Hits every control transfer of a flash in every way, and pairs of them; or only what is asked for. */
export async function sweep(name: string, only: readonly Hit[] | null): Promise<ScenarioResult> {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario "${name}"`);
  const clean = await runCase(scenario, []);
  const { transfers } = clean.first;
  const tally = new Tally();
  const unclean = clean.first.outcome === 'pass' ? clean.wrong : [JSON.stringify(clean.first)];
  if (unclean.length > 0) tally.wrong.push({ hits: [], what: unclean });
  for (const hits of only === null ? casesOf(scenario, transfers) : [only])
    tally.count(hits, await runCase(scenario, hits));
  const { cases, flashes, passed, faults, wrong } = tally;
  return { name, transfers, cases, flashes, passed, failed: cases - passed, faults, wrong };
}

function* casesOf({ pairs }: Scenario, transfers: number): Generator<readonly Hit[]> {
  for (const way of ALL_WAYS) for (let at = 1; at <= transfers; at++) yield [{ way, at }];
  const random = seeded(transfers);
  const oneOf = (count: number) => Math.floor(random() * count);
  const anyWay = () => ALL_WAYS[oneOf(ALL_WAYS.length)] ?? 'stall';
  for (let n = 0; n < pairs; n++) {
    const at = 1 + oneOf(transfers);
    yield [
      { way: anyWay(), at },
      { way: anyWay(), at: at + 1 + oneOf(PAIR_WITHIN) },
    ];
  }
}

/** The same pairs each time: what fails is named by its hits and can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

class Tally {
  cases = 0;
  flashes = 0;
  passed = 0;
  readonly faults: Record<string, number> = {};
  readonly wrong: { hits: readonly Hit[]; what: readonly string[] }[] = [];

  count(hits: readonly Hit[], { flashes, first: { outcome, fault }, wrong }: Outcome): void {
    this.cases += 1;
    this.flashes += flashes;
    if (outcome === 'pass') this.passed += 1;
    if (fault !== null) this.faults[fault] = (this.faults[fault] ?? 0) + 1;
    if (wrong.length > 0) this.wrong.push({ hits, what: wrong });
  }
}

/** In a worker thread: takes names of scenarios and answers with their results until there are none left. */
if (parentPort !== null) {
  const port = parentPort;
  const { only } = workerData as { only: readonly Hit[] | null };
  // What nobody waits for is a mistake of the engine like any other.
  process.on('unhandledRejection', (reason) => {
    throw reason;
  });
  port.on('message', (name: string) => {
    void sweep(name, only).then((result) => port.postMessage(result));
  });
}
