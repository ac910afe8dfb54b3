import { PLAIN_RECIPE, ST_BOOTLOADER } from '@flashline/contracts';
import { type AttemptReport, runAttempt, type Trust } from '@flashline/dfuse';
import { digestOf, programmed, type Range } from '@flashline/firmware';
import { type SinName, VirtualBench, type VirtualBoard, VirtualClock } from '@flashline/virtual-boards';
import { KNOWN_PARTS, SLOT } from '../engine/rig.ts';
import { type Hit, type Scenario, WAYS } from './scenarios.ts';

/** One flash that something happens to, and what is wrong with how it went; an empty list is what is hoped for. */
export interface Outcome {
  readonly flashes: number;
  readonly first: AttemptReport;
  readonly wrong: readonly string[];
}

/** The longest that a flash of a few KiB may take in the time of the board, whatever happens to it: a mass erase and every deadline. */
const MS_MAX = 400_000;

/** Flashes a board on which these transfers go wrong, and then the same board again, until there is nothing left to go wrong. */
export async function runCase(scenario: Scenario, hits: readonly Hit[]): Promise<Outcome> {
  const clock = new VirtualClock();
  const bench = new VirtualBench({ clock });
  const troubles = hits.map(({ way, at }) => WAYS[way](at, at));
  bench.plug(SLOT, { ...scenario.board, misbehaviours: [...(scenario.board.misbehaviours ?? []), ...troubles] });
  const board = bench.board(SLOT);
  const reports: AttemptReport[] = [];
  const wrong: string[] = [];
  let trust: Trust = 'yes';
  // The second of two hits may strike the second flash.
  for (let n = 0; n < Math.max(2, hits.length + 1); n++) {
    const report = await flashOnce(scenario, bench, clock, trust);
    wrong.push(...untruths(report, scenario, board).map((what) => `flash ${n + 1}: ${what}`));
    reports.push(report);
    trust = trustAfter(report, trust);
    replug(bench, board);
  }
  const last = reports.at(-1);
  if (last?.outcome !== 'pass') wrong.push(`the last flash: ${last?.fault} ${JSON.stringify(last?.faultDetails)}`);
  if (clock.now() > MS_MAX * reports.length) wrong.push(`${clock.now()} ms`);
  // A byte that changes on its way to the board is a sin of the wire.
  const sins = board.report().sins.filter(({ sin }) => SINS_OF_THE_ENGINE.has(sin));
  if (hits.every(({ way }) => way !== 'wrong answer') && sins.length > 0) wrong.push(`sins: ${JSON.stringify(sins)}`);
  const [first] = reports;
  if (first === undefined) throw new Error('nothing was flashed');
  return { flashes: reports.length, first, wrong };
}

/** A hand takes the board out and puts it back, unless it is in its bootloader still. */
function replug(bench: VirtualBench, board: VirtualBoard): void {
  if (board.presence === 'dfu') return;
  if (board.presence !== 'pulled') bench.unplug(SLOT);
  bench.replug(SLOT);
}

/** What the journal of a worker would say: a board is not believed that was touched and not proven since. */
function trustAfter({ outcome, phases }: AttemptReport, before: Trust): Trust {
  if (outcome === 'pass') return 'yes';
  return phases.some(({ name }) => name === 'erase' || name === 'write') ? 'no' : before;
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

function isWeak(
  ranges: readonly Range[],
  weak: readonly { readonly address: number; readonly bytes: number }[],
): boolean {
  return ranges.some(({ address, data }) =>
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
function untruths(
  { outcome, fault, faultDetails, readback }: AttemptReport,
  { image }: Scenario,
  board: VirtualBoard,
): string[] {
  const ranges = programmed(image);
  const holds = ranges.every(
    ({ address, data }) => Buffer.compare(board.memory.read(address, data.length), data) === 0,
  );
  const said: [boolean, string][] = [
    [(outcome === 'pass') !== (fault === null), 'a pass with a fault, or a failure without'],
    [outcome === 'pass' && readback === null, 'a pass without a proof'],
    [readback !== null && readback.sha256 !== digestOf(ranges).sha256, 'a proof of something else'],
    [outcome === 'pass' && !holds, 'FALSE PASS: the flash holds something else'],
    [outcome === 'pass' && isWeak(ranges, board.memory.weak()), 'FALSE PASS: a sector was half erased'],
    [fault === 'STATION_BUG', `a bug: ${JSON.stringify(faultDetails)}`],
  ];
  return said.filter(([isWrong]) => isWrong).map(([, what]) => what);
}
