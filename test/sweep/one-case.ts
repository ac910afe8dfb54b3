import { PLAIN_RECIPE, ST_BOOTLOADER } from '@flashline/contracts';
import { type AttemptReport, runAttempt, type Trust } from '@flashline/dfuse';
import { digestOf, programmed } from '@flashline/firmware';
import { type SinName, VirtualBench, VirtualClock } from '@flashline/virtual-boards';
import { KNOWN_PARTS, SLOT } from '../engine/rig.ts';
import { type Scenario, WAYS, type Way } from './scenarios.ts';

/** One flash that something happens to, and what is wrong with how it went; an empty list is what is hoped for. */
export interface Outcome {
  readonly first: AttemptReport;
  readonly wrong: readonly string[];
}

/** The longest that a flash of a few KiB may take in the time of the board, whatever happens to it: a mass erase and every deadline. */
const MS_MAX = 400_000;

/** Flashes a board with one transfer gone wrong, and then the same board again. `at` 0 lets everything go well. */
export async function runCase(scenario: Scenario, way: Way, at: number): Promise<Outcome> {
  const clock = new VirtualClock();
  const bench = new VirtualBench({ clock });
  const trouble = at === 0 ? [] : [WAYS[way](at, at)];
  bench.plug(SLOT, { ...scenario.board, misbehaviours: [...(scenario.board.misbehaviours ?? []), ...trouble] });
  const { memory } = bench.board(SLOT);
  const holds = () =>
    programmed(scenario.image).every(
      ({ address, data }) => Buffer.compare(memory.read(address, data.length), data) === 0,
    );
  const flash = (trust: Trust) => flashOnce(scenario, bench, clock, trust);

  const first = await flash('yes');
  const wrong = [...untruths('first', first, scenario, holds), ...(clock.now() > MS_MAX ? ['first: hang'] : [])];
  const weak = () => (isWeak(scenario, memory.weak()) ? ['FALSE PASS: a sector was half erased'] : []);
  if (first.outcome === 'pass') wrong.push(...weak());
  // What the journal of a worker would say: it touched the board and proved nothing.
  const hasTouched = first.phases.some(({ name }) => name === 'erase' || name === 'write');
  const board = bench.lastBoard(SLOT);
  if (board.presence !== 'dfu') {
    if (board.presence !== 'pulled') bench.unplug(SLOT);
    bench.replug(SLOT);
  }
  const second = await flash(first.outcome !== 'pass' && hasTouched ? 'no' : 'yes');
  wrong.push(...untruths('second', second, scenario, holds));
  if (second.outcome !== 'pass') wrong.push(`second: ${second.fault} ${JSON.stringify(second.faultDetails)}`);
  else wrong.push(...weak());
  // A byte that changes on its way to the board is a sin of the wire.
  const sins = board.report().sins.filter(({ sin }) => SINS_OF_THE_ENGINE.has(sin));
  if (way !== 'wrong answer' && sins.length > 0) wrong.push(`sins: ${JSON.stringify(sins)}`);
  return { first, wrong };
}

/** What no board may ever have to suffer from the engine, however badly things go. */
const SINS_OF_THE_ENGINE: ReadonlySet<SinName> = new Set<SinName>([
  'upload-in-wrong-state',
  'reserved-block',
  'wrote-over',
  'trusted-weak-erase',
  'outside-map',
  'wrong-alternate',
  'not-erasable',
  'longer-than-transfer-size',
  'unknown-command',
  'unknown-request',
  'two-at-once',
]);

function isWeak({ image }: Scenario, weak: readonly { readonly address: number; readonly bytes: number }[]): boolean {
  return programmed(image).some(({ address, data }) =>
    weak.some((sector) => sector.address < address + data.length && address < sector.address + sector.bytes),
  );
}

async function flashOnce(scenario: Scenario, bench: VirtualBench, clock: VirtualClock, trust: Trust) {
  const { vendorId, productId } = bench.lastBoard(SLOT).part;
  const board = { ...ST_BOOTLOADER, vendorId, productId };
  const recipe = { ...PLAIN_RECIPE, ...scenario.recipe };
  const context = { clock, signal: new AbortController().signal, onProgress: () => undefined, parts: KNOWN_PARTS };
  return await runAttempt(bench, SLOT, { image: scenario.image, board, leave: true, recipe, trust }, context);
}

/** What a report says that is not so. */
function untruths(which: string, report: AttemptReport, { image }: Scenario, holds: () => boolean): string[] {
  const { outcome, fault, readback } = report;
  const said: [boolean, string][] = [
    [(outcome === 'pass') !== (fault === null), 'a pass with a fault, or a failure without'],
    [outcome === 'pass' && readback === null, 'a pass without a proof'],
    [readback !== null && readback.sha256 !== digestOf(programmed(image)).sha256, 'a proof of something else'],
    [outcome === 'pass' && !holds(), 'FALSE PASS: the flash holds something else'],
    [fault === 'STATION_BUG', `a bug: ${JSON.stringify(report.faultDetails)}`],
  ];
  return said.filter(([isWrong]) => isWrong).map(([, what]) => `${which}: ${what}`);
}
