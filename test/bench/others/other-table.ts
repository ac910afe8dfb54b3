import { F303, F405, F405_LYING, L072, PARTS, type PartSpec } from '@flashline/virtual-boards';
import { inLanes } from '../lanes.ts';
import { REAL_DFU_UTIL } from '../promises.ts';
import type { Section } from '../report.ts';
import { table } from '../table.ts';
import { type Outcome, runTries, runTryVirtually, type Try } from './other-runs.ts';
import { TOOLS, type ToolHabits } from './tools.ts';

const LANES = 6;
const SUBJECTS = [F405, F405_LYING, F303, ...PARTS.filter(({ name }) => name === 'G474'), L072];
const TRIES: readonly Try[] = SUBJECTS.flatMap((part) => [null, ...TOOLS].map((tool) => ({ part, tool })));

/** Flashes the same used boards with our engine and as other tools do. */
export async function measureOthers(): Promise<Section> {
  const exact = await inLanes(
    1,
    TRIES.map((one) => () => runTryVirtually(one)),
  );
  const outcomes = await runTries(TRIES, LANES);
  const rows = TRIES.map((one, n) => rowOf(one, outcomes[n], exact[n]));
  return { title: 'Against other tools', says: SAYS, table: table(HEAD, rows), notes: NOTES, missed: [] };
}

const HEAD = ['part', 'engine', 's', 'virtual s', 'transfers', 'reads back', 'the real tool, measured'];

function rowOf({ part, tool }: Try, outcome?: Outcome, exact?: Outcome): string[] {
  const gaveUp = outcome?.gaveUp ?? null;
  const seconds = (one?: Outcome) => (gaveUp === null ? (one?.seconds.toFixed(2) ?? '-') : '-');
  const proof = tool === null || tool.readsBack ? 'every byte' : 'nothing';
  return [
    part.name,
    tool?.name ?? 'flashline',
    seconds(outcome),
    seconds(exact),
    String(outcome?.transfers ?? '-'),
    gaveUp ?? proof,
    elsewhere(part, tool),
  ];
}

function elsewhere(part: PartSpec, tool: ToolHabits | null): string {
  const real = tool?.name === 'dfu-util 0.11' ? REAL_DFU_UTIL[part.name] : undefined;
  if (real === undefined) return '';
  return `${real.seconds} s${real.transfers === undefined ? '' : `, ${real.transfers} transfers`}`;
}

const SAYS = [
  'Used boards, the same image, the same virtual boards. The rows of other tools are replays: the requests that their source sends,',
  'in its order and with its waits (`test/bench/others/tools.ts`), by timers of Node.js and without any time of their own. They are',
  'not the tools.',
];

const NOTES = [
  '`s` is real time; `virtual s` is the same without the host: exact timers, no processor time.',
  'The real dfu-util was measured on a real kernel’s USB stack under emulation, where each transfer costs about 3 ms of processor on top. Its replay needs exactly as many transfers.',
  'Left out: the SET_INTERFACE of some tools, and the option-byte probe of the Betaflight configurator (about 13 transfers).',
  'pydfu asks at once: parts with the small USB device (F303, G474, L072) stall that, and it ends with "Pipe error".',
  'The image fills all flash of the F303 and the L072, so a mass erase does no harm; flashline uses it where it is known to be faster, on the F303.',
];
