import { availableParallelism } from 'node:os';
import { PHASES } from '@flashline/contracts';
import { PROMISES } from '../promises.ts';
import type { Section } from '../report.ts';
import { table } from '../table.ts';
import { percentile, plugLatencies } from './plug-latency.ts';
import { type Idle, runStation, type StationRun } from './station-run.ts';

const SIZES = [1, 8, 16, 64] as const;
const MANY = 64;
const BURSTS = 3;

/** Measures stations of 1 to 64 boards. */
export async function measureStation(): Promise<Section> {
  const runs: StationRun[] = [];
  for (const boards of SIZES) runs.push(await runStation(boards, { withIdle: boards === MANY }));
  const waits: Waits[] = [];
  for (const boards of SIZES) waits.push({ boards, sortedMs: await plugLatencies(boards, BURSTS) });
  const oneSeconds = runs[0]?.seconds ?? Number.NaN;
  const idles = runs.flatMap(({ idle }) => idle);
  return {
    title: 'A station',
    says: SAYS,
    table: [flashTable(runs, oneSeconds), phaseTable(runs), waitTable(waits), idleTable(idles)].join('\n\n'),
    notes: notes(),
    missed: [...missedBy(runs, oneSeconds), ...waitMissed(waits), ...idleMissed(idles)],
  };
}

interface Waits {
  readonly boards: number;
  readonly sortedMs: readonly number[];
}

function flashTable(runs: readonly StationRun[], oneSeconds: number): string {
  const head = [
    'boards',
    's',
    'x one board',
    'attempt s, median',
    'slowest',
    'CPU s',
    'CPU s per board',
    'of the machine',
    'boards and bench, CPU s',
    'processes',
    'MiB',
    'MiB is',
  ];
  const rows = runs.map((run) => [
    String(run.boards),
    run.seconds.toFixed(2),
    (run.seconds / oneSeconds).toFixed(2),
    run.attemptSeconds.median.toFixed(2),
    run.attemptSeconds.max.toFixed(2),
    run.cpuSeconds.toFixed(2),
    (run.cpuSeconds / run.boards).toFixed(2),
    `${Math.round(run.share * 100)} %`,
    run.otherCpuSeconds.toFixed(2),
    String(run.peak.processes),
    run.peak.memoryMiB.toFixed(0),
    run.peak.memoryIs,
  ]);
  return table(head, rows);
}

function phaseTable(runs: readonly StationRun[]): string {
  const ran = PHASES.filter((phase) => runs.some(({ phaseSeconds }) => phaseSeconds[phase] !== undefined));
  const rows = runs.map(({ boards, phaseSeconds }) => [
    String(boards),
    ...ran.map((phase) => phaseSeconds[phase]?.toFixed(2) ?? '-'),
  ]);
  return table(['boards', ...ran.map((phase) => `${phase} s`)], rows);
}

function waitTable(waits: readonly Waits[]): string {
  const head = ['boards plugged at once', 'bursts', 'plug to first transfer, ms: 50 %', '99 %', 'slowest'];
  const rows = waits.map(({ boards, sortedMs }) => [
    String(boards),
    String(sortedMs.length / boards),
    ...[50, 99, 100].map((percent) => percentile(sortedMs, percent).toFixed(0)),
  ]);
  return table(head, rows);
}

function idleTable(idles: readonly Idle[]): string {
  const rows = idles.map(({ what, cores, use }) => [
    what,
    `${(cores * 100).toFixed(1)} %`,
    use.memoryMiB.toFixed(0),
    use.memoryIs,
    String(use.processes),
  ]);
  return table(['idle with', 'of one core', 'MiB', 'MiB is', 'processes'], rows);
}

function missedBy(runs: readonly StationRun[], oneSeconds: number): string[] {
  return runs
    .filter(({ boards }) => boards === MANY)
    .flatMap(({ seconds, peak }) => [
      ...over(`${MANY} boards take`, seconds / oneSeconds, PROMISES.manyOfOne, 'x one board'),
      ...over(`${MANY} slots use`, peak.memoryMiB, PROMISES.memoryMiB, 'MiB'),
    ]);
}

function waitMissed(waits: readonly Waits[]): string[] {
  const many = waits.find(({ boards }) => boards === MANY);
  if (many === undefined) return [];
  return over('99 % of plugs wait', percentile(many.sortedMs, 99), PROMISES.plugToTransferMs, 'ms');
}

function idleMissed(idles: readonly Idle[]): string[] {
  return idles.flatMap(({ what, cores }) =>
    over(`idle with ${what}`, 100 * cores, 100 * PROMISES.idleCoresMax, '% of a core'),
  );
}

function over(what: string, value: number, max: number, unit: string): string[] {
  // Not "greater": what could not be measured is missed, too.
  return value <= max ? [] : [`${what} ${value.toFixed(2)} ${unit}, promised ${max}`];
}

const SAYS = [
  '`flashline station` as a process with its children, on used F405 boards of a virtual bench, 256 KB each with proof and record.',
];

function notes(): string[] {
  return [
    '`s`: from the start of the order to the last record in the ledger, by the ledger’s times; all boards were in their slots before. `attempt s`, and the phases in the second table: medians of what the records say of single attempts.',
    `\`CPU s\`, \`MiB\`: of the station and all its processes (\`/proc\`), \`of the machine\`: of all its ${availableParallelism()} cores. The virtual boards and this bench run on the same cores; with real boards that part would not be there.`,
    'Plug to first transfer: from the moment a board is put into the virtual bench to the first control transfer that it sees, with an active order. All boards of a burst are put in within a few milliseconds.',
    'These figures want a quiet machine: whatever else runs on it comes on top.',
  ];
}
