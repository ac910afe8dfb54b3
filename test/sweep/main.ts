/**
 * The sweep: something happens to every control transfer of a flash of every part, in every way, and then the same board is
 * flashed again. In virtual time. `npm run sweep` for all; one case: `npm run sweep -- "F405, used" stall 17 "wrong answer" 20`.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type Hit, SCENARIOS, WAYS, type Way } from './scenarios.ts';
import type { ScenarioResult } from './shard.ts';

const [scenario, ...words] = process.argv.slice(2);
const names = SCENARIOS.map(({ name }) => name).filter((name) => scenario === undefined || name === scenario);
const only = hitsIn(words);
if (names.length === 0 || only?.some(({ way, at }) => !(way in WAYS) || !(at > 0))) {
  console.error(`Scenarios: ${SCENARIOS.map(({ name }) => name).join('; ')}\nWays: ${Object.keys(WAYS).join('; ')}`);
  process.exit(2);
}

const beganMs = performance.now();
const results = await inThreads(names);
const failing = results.flatMap((result) => result.wrong.map((one) => ({ ...one, name: result.name })));
for (const { name, hits, what } of failing) {
  const repeat = hits.map(({ way, at }) => `"${way}" ${at}`).join(' ');
  console.log(`WRONG  npm run sweep -- "${name}" ${repeat}\n       ${what.join('\n       ')}`);
}
const faults = new Map<string, number>();
for (const result of results)
  for (const [fault, count] of Object.entries(result.faults)) faults.set(fault, (faults.get(fault) ?? 0) + count);
const sum = (of: (result: ScenarioResult) => number) => results.reduce((total, result) => total + of(result), 0);
const [cases, flashes] = [sum((result) => result.cases), sum((result) => result.flashes)];
const seconds = ((performance.now() - beganMs) / 1000).toFixed(0);
console.log(`honest failures: ${[...faults].map(([fault, count]) => `${fault} ${count}`).join(', ')}`);
console.log(
  `sweep: ${results.length} scenarios, ${cases} cases, ${flashes} flashes in ${seconds} s: ${failing.length} wrong`,
);
process.exit(failing.length === 0 ? 0 : 1);

/** `stall 17 unplug 20` as hits, or null for none. */
function hitsIn(text: readonly string[]): Hit[] | null {
  const hits: Hit[] = [];
  for (let n = 0; n < text.length; n += 2) hits.push({ way: text[n] as Way, at: Number(text[n + 1]) });
  return hits.length === 0 ? null : hits;
}

function inThreads(all: readonly string[]): Promise<ScenarioResult[]> {
  const left = [...all];
  const done: ScenarioResult[] = [];
  const threads = Math.min(availableParallelism(), all.length);
  return new Promise((resolve, reject) => {
    for (let n = 0; n < threads; n++) {
      const worker = new Worker(new URL('./shard.ts', import.meta.url), { workerData: { only } });
      const next = () => {
        const name = left.shift();
        if (name !== undefined) worker.postMessage(name);
        else void worker.terminate();
      };
      worker.on('error', reject);
      worker.on('message', (result: ScenarioResult) => {
        done.push(result);
        console.log(line(result));
        next();
        if (done.length === all.length) resolve(done);
      });
      next();
    }
  });
}

function line({ name, transfers, cases, passed, failed, wrong }: ScenarioResult): string {
  const facts = [`${transfers} transfers`, `${cases} cases`, `${passed} passed`, `${failed} failed honestly`];
  const trouble = wrong.length > 0 ? `  ${wrong.length} WRONG` : '';
  return `${name.padEnd(26)}${facts.map((fact) => fact.padStart(22)).join('')}${trouble}`;
}
