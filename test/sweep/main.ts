/**
 * The sweep: interrupts a flash of every part at every control transfer, in every way, and flashes the same board again. In
 * virtual time. `npm run sweep`, or one case: `npm run sweep -- "F405, used" "wrong answer" 17`.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { SCENARIOS, WAYS, type Way } from './scenarios.ts';
import type { ScenarioResult } from './shard.ts';

const [scenario, way, at] = process.argv.slice(2);
const names = SCENARIOS.map(({ name }) => name).filter((name) => scenario === undefined || name === scenario);
const ways = (Object.keys(WAYS) as Way[]).filter((one) => way === undefined || one === way);
if (names.length === 0 || ways.length === 0) {
  console.error(`Scenarios: ${SCENARIOS.map(({ name }) => name).join('; ')}\nWays: ${Object.keys(WAYS).join('; ')}`);
  process.exit(2);
}

const beganMs = performance.now();
const results = await inThreads(names, { ways, at: at === undefined ? null : Number(at) });
const sum = (of: (result: ScenarioResult) => number) => results.reduce((total, result) => total + of(result), 0);
const failing = results.flatMap((result) => result.wrong.map((one) => ({ ...one, name: result.name })));
for (const { name, way, at, what } of failing)
  console.log(`WRONG  npm run sweep -- "${name}" "${way}" ${at}\n       ${what.join('\n       ')}`);
const faults = new Map<string, number>();
for (const result of results)
  for (const [fault, count] of Object.entries(result.faults)) faults.set(fault, (faults.get(fault) ?? 0) + count);
console.log(`honest failures: ${[...faults].map(([fault, count]) => `${fault} ${count}`).join(', ')}`);
console.log(
  `sweep: ${results.length} scenarios, ${sum(({ cases }) => cases)} interruptions, ${sum(({ flashes }) => flashes)} flashes ` +
    `in ${((performance.now() - beganMs) / 1000).toFixed(0)} s: ${failing.length} wrong`,
);
process.exit(failing.length === 0 ? 0 : 1);

function inThreads(all: readonly string[], workerData: object): Promise<ScenarioResult[]> {
  const left = [...all];
  const done: ScenarioResult[] = [];
  const threads = Math.min(availableParallelism(), all.length);
  return new Promise((resolve, reject) => {
    for (let n = 0; n < threads; n++) {
      const worker = new Worker(new URL('./shard.ts', import.meta.url), { workerData });
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
  const facts = [`${transfers} transfers`, `${cases} interruptions`, `${passed} passed`, `${failed} failed honestly`];
  return `${name.padEnd(26)} ${facts.map((fact) => fact.padStart(20)).join('')}${wrong.length > 0 ? `  ${wrong.length} WRONG` : ''}`;
}
