/**
 * Breaks the engine in one place after the other and sees whether a test notices: `npm run mutations`, one of them with
 * `npm run mutations -- --only 7`, and with `--write` the list in docs/mutations.md. Exit code 1 when one survives.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { GROUPS, MUTATIONS } from './catalogue.ts';
import { ALL_TESTS, ENGINE, type Mutation, testFile } from './mutation.ts';
import { PAGE, pageOf } from './page.ts';
import { endAll, failingTest, tryOut, type Verdict } from './trial.ts';
import { type Workplace, workplaces } from './workplace.ts';

const { values } = parseArgs({ options: { only: { type: 'string' }, write: { type: 'boolean', default: false } } });
const wanted = MUTATIONS.filter((_, n) => values.only === undefined || n + 1 === Number(values.only));
if (wanted.length === 0) {
  console.error(`There are mutations 1 to ${MUTATIONS.length}.`);
  process.exit(2);
}

const beganMs = performance.now();
const { places, remove } = workplaces(Math.min(2, wanted.length));
process.on('exit', () => {
  endAll();
  remove();
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

await requireSound(values.only === undefined ? ALL_TESTS : wanted.flatMap(({ first }) => first.map(testFile)));
const verdicts = new Map<Mutation, Verdict>();
const left = [...wanted];
await Promise.all(places.map(workThrough));

const caught = wanted.filter((one) => verdicts.get(one)?.kind === 'caught').length;
const broken = wanted.filter((one) => verdicts.get(one)?.kind === 'broken').length;
if (values.write && caught === MUTATIONS.length) writeFileSync(PAGE, pageOf(GROUPS));
const seconds = ((performance.now() - beganMs) / 1000).toFixed(0);
if (broken > 0) console.log(`${broken} could not be tried: correct them in test/mutations`);
console.log(`(${seconds} s)`);
console.log(`mutations: ${wanted.length} tried, ${caught} caught, ${wanted.length - caught - broken} survived`);
process.exit(caught === wanted.length ? 0 : 1);

/** A test that fails anyway would catch everything. */
async function requireSound(tests: readonly string[]): Promise<void> {
  const [place] = places;
  const failed = place === undefined ? null : await failingTest(place, tests);
  if (failed === null) return;
  console.error(`The tests do not pass as they are: ${failed.file}`);
  process.exit(1);
}

async function workThrough(place: Workplace): Promise<void> {
  for (let mutation = left.shift(); mutation !== undefined; mutation = left.shift()) {
    const verdict = await tryOut(place, mutation);
    verdicts.set(mutation, verdict);
    console.log(lineOf(mutation, verdict));
  }
}

function lineOf(mutation: Mutation, { kind, by, seconds }: Verdict): string {
  const number = String(MUTATIONS.indexOf(mutation) + 1).padStart(3);
  const what = kind === 'caught' ? by.replace(`${ENGINE}/`, '') : `${kind.toUpperCase()} ${by}`;
  return `${number}  ${what.padEnd(36)}${seconds.toFixed(1).padStart(6)} s  ${mutation.file}: ${mutation.why}`;
}
