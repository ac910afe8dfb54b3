import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { type Attempt, PHASES, type PhaseName } from '@flashline/contracts';
import { connectBench, F405, type RemoteBench, startBenchProcess } from '@flashline/virtual-boards';
import { firmwareBytes } from '../../engine/rig.ts';
import { stretchFor } from '../parts/bench-image.ts';
import { type TreeUse, treeUse } from './process-tree.ts';
import { areAll, orderFor, type StationRig, startStation, until } from './station-rig.ts';

const { address, bytes } = stretchFor(F405);
const IMAGE = { address, data: firmwareBytes(bytes, 0, address) };
const IDLE_SECONDS = 10;
/** Starting up is not idling. */
const SETTLING_MS = 3000;
const SAMPLE_EVERY_MS = 2000;

/** What a station does while nobody wants anything of it. */
export interface Idle {
  readonly what: string;
  /** Processor seconds per second: 1 is one core, fully used. */
  readonly cores: number;
  readonly use: TreeUse;
}

/** A station with so many boards, all flashed at once. */
export interface StationRun {
  readonly boards: number;
  /** From the start of the order to the last record. */
  readonly seconds: number;
  /** What the records say of single attempts: the median, and the slowest. */
  readonly attemptSeconds: { readonly median: number; readonly max: number };
  /** The medians of their phases. */
  readonly phaseSeconds: Readonly<Partial<Record<PhaseName, number>>>;
  readonly cpuSeconds: number;
  /** What the virtual boards and this bench used meanwhile: with real boards that would be nobody. */
  readonly otherCpuSeconds: number;
  /** Of all cores, over `seconds`. */
  readonly share: number;
  /** When it used most memory, of the looks that were taken. */
  readonly peak: TreeUse;
  readonly idle: readonly Idle[];
}

/** Flashes so many used boards in one station, in real time; `withIdle` also looks what it uses before. */
export async function runStation(boards: number, { withIdle }: { readonly withIdle: boolean }): Promise<StationRun> {
  const process = await startBenchProcess();
  const bench = await connectBench(process.address);
  const station = await startStation(process.address, boards);
  try {
    const empty = withIdle ? [await idle(station, `${boards} empty slots`)] : [];
    await plugAll(station, bench);
    const waiting = withIdle ? [await idle(station, `${boards} boards waiting`)] : [];
    return { boards, ...(await flashAll(station, bench)), idle: [...empty, ...waiting] };
  } finally {
    await station.stop();
    await bench.close();
    await process.stop();
  }
}

async function plugAll({ client, paths }: StationRig, bench: RemoteBench): Promise<void> {
  for (const [n, path] of paths.entries()) await bench.plug(path, { part: F405.name, contents: 'used', seed: n + 1 });
  await until(() => areAll(client, paths.length, ({ state }) => state.is === 'waiting'));
}

async function idle({ pid }: StationRig, what: string): Promise<Idle> {
  await pause(SETTLING_MS);
  const before = treeUse(pid);
  const beganMs = performance.now();
  await pause(IDLE_SECONDS * 1000);
  const use = treeUse(pid);
  return { what, cores: ((use.cpuSeconds - before.cpuSeconds) * 1000) / (performance.now() - beganMs), use };
}

async function flashAll(station: StationRig, bench: RemoteBench): Promise<Omit<StationRun, 'boards' | 'idle'>> {
  const { client, pid, paths } = station;
  const { id } = await orderFor(station, IMAGE, paths.length);
  const before = { station: treeUse(pid), all: treeUse(process.pid) };
  const looks: TreeUse[] = [];
  const beganAt = Date.now();
  await client.move(id, 'start');
  let sampledMs = performance.now();
  await until(async () => {
    if (performance.now() - sampledMs >= SAMPLE_EVERY_MS) {
      looks.push(treeUse(pid));
      sampledMs = performance.now();
    }
    return (await client.readOrder(id)).state === 'completed';
  });
  const after = { station: treeUse(pid), all: treeUse(process.pid) };
  const attempts = await client.attempts();
  await requireFlashed(attempts, bench, paths);
  const cpuSeconds = after.station.cpuSeconds - before.station.cpuSeconds;
  // The ledger's own times: a spectator would cost the machine what it measures.
  const seconds = (Math.max(...attempts.map(({ recordedAt }) => Date.parse(recordedAt ?? ''))) - beganAt) / 1000;
  return {
    seconds,
    attemptSeconds: spread(attempts),
    phaseSeconds: phasesOf(attempts),
    cpuSeconds,
    otherCpuSeconds: after.all.cpuSeconds - before.all.cpuSeconds - cpuSeconds,
    share: cpuSeconds / seconds / availableParallelism(),
    peak: [...looks, after.station].reduce((most, look) => (look.memoryMiB > most.memoryMiB ? look : most)),
  };
}

function spread(attempts: readonly Attempt[]): StationRun['attemptSeconds'] {
  const seconds = attempts.map(({ result }) => (result?.durationMs ?? 0) / 1000);
  return { median: medianOf(seconds), max: Math.max(...seconds) };
}

function phasesOf(attempts: readonly Attempt[]): StationRun['phaseSeconds'] {
  const records = attempts.flatMap(({ result }) => result?.phases ?? []);
  const ran = PHASES.filter((phase) => records.some(({ name }) => name === phase));
  const median = (phase: PhaseName) =>
    medianOf(records.filter(({ name }) => name === phase).map(({ ms }) => ms / 1000));
  return Object.fromEntries(ran.map((phase) => [phase, median(phase)]));
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function requireFlashed(
  attempts: readonly Attempt[],
  bench: RemoteBench,
  paths: readonly string[],
): Promise<void> {
  const bad = attempts.find(({ result }) => result?.outcome !== 'pass');
  if (bad !== undefined || attempts.length !== paths.length)
    throw new Error(
      `${attempts.length} of ${paths.length} attempts, and ${bad?.slot} ended with ${bad?.result?.fault}`,
    );
  for (const path of paths) {
    const { bytes: held } = await bench.inspect(path, { address, length: bytes, withBytes: true });
    if (held === null || Buffer.compare(held, IMAGE.data) !== 0) throw new Error(`${path} does not hold its image`);
  }
}
