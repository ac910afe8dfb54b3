import { parentPort, workerData } from 'node:worker_threads';
import { type Outcome, runCase } from './one-case.ts';
import { SCENARIOS, WAYS, type Way } from './scenarios.ts';

/** What one scenario came to. */
export interface ScenarioResult {
  readonly name: string;
  readonly transfers: number;
  readonly cases: number;
  readonly flashes: number;
  /** First flashes that passed although something happened, and those that failed honestly. */
  readonly passed: number;
  readonly failed: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly wrong: readonly { readonly way: Way; readonly at: number; readonly what: readonly string[] }[];
}

/** Interrupts a flash at every control transfer in these ways, or at one of them. */
export async function sweep(name: string, ways: readonly Way[], only: number | null): Promise<ScenarioResult> {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario "${name}"`);
  const clean = await runCase(scenario, 'stall', 0);
  const { transfers } = clean.first;
  const tally = new Tally();
  const unclean = clean.first.outcome === 'pass' ? clean.wrong : [JSON.stringify(clean.first)];
  if (unclean.length > 0) tally.wrong.push({ way: 'stall', at: 0, what: unclean });
  const moments = only === null ? Array.from({ length: transfers }, (_, i) => i + 1) : [only];
  for (const way of ways) for (const at of moments) tally.count(way, at, await runCase(scenario, way, at));
  const { cases, passed, faults, wrong } = tally;
  return { name, transfers, cases, flashes: 2 * (cases + 1), passed, failed: cases - passed, faults, wrong };
}

class Tally {
  cases = 0;
  passed = 0;
  readonly faults: Record<string, number> = {};
  readonly wrong: { way: Way; at: number; what: readonly string[] }[] = [];

  count(way: Way, at: number, { first: { outcome, fault }, wrong }: Outcome): void {
    this.cases += 1;
    if (outcome === 'pass') this.passed += 1;
    if (fault !== null) this.faults[fault] = (this.faults[fault] ?? 0) + 1;
    if (wrong.length > 0) this.wrong.push({ way, at, what: wrong });
  }
}

/** In a worker thread: takes names of scenarios and answers with their results until there are none left. */
if (parentPort !== null) {
  const port = parentPort;
  const { ways = Object.keys(WAYS) as Way[], at = null } = workerData as { ways?: Way[]; at?: number | null };
  // What nobody waits for is a mistake of the engine like any other.
  process.on('unhandledRejection', (reason) => {
    throw reason;
  });
  port.on('message', (name: string) => {
    void sweep(name, ways, at).then((result) => port.postMessage(result));
  });
}
