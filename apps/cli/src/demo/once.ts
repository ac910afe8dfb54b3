import { createHash } from 'node:crypto';
import { type Attempt, Fault, type LiveEvent, PHASES } from '@flashline/contracts';
import { type MemoryMap, parseMemoryMap, planFlash } from '@flashline/dfuse';
import { connectBench, F405, type RemoteBench } from '@flashline/virtual-boards';
import type { ChosenBus } from '../bus-choice.ts';
import { EXIT } from '../exit.ts';
import type { ImageFile } from '../images/image-file.ts';
import { table } from '../table.ts';
import { StationClient } from './station-client.ts';

/** What a demonstration works on. */
export interface Demo {
  readonly bus: ChosenBus;
  readonly url: string;
  readonly image: ImageFile;
  readonly loadAddress: number | null;
  readonly seed: number;
}

interface Made {
  readonly attempts: Attempt[];
  readonly tookMs: number;
}

interface Stretch {
  readonly address: number;
  readonly length: number;
}

/** Flashes every board once through the API, then asks the boards themselves. Returns the exit code: 0 only if all passed. */
export async function flashOnce(demo: Demo, stopped: Promise<void>): Promise<number> {
  const { bus, image } = demo;
  const slots = bus.slots ?? [];
  const bench = await connectBench(benchAddress(bus));
  try {
    const map = parseMemoryMap(F405.alternates[0]?.name ?? '');
    const kept = untouched(image, map);
    const before = await look(bench, slots, kept);
    const { attempts, tookMs } = await runOrder(demo, slots.length, stopped);
    console.log(print(attempts));
    console.log(`\nFlashed, proven and recorded ${attempts.length} of ${slots.length} in ${seconds(tookMs)} s.`);
    const after = await look(bench, slots, kept);
    const keptOn = before.filter((digest, index) => digest === after[index]).length;
    const equalOn = await countEqual(bench, slots, image);
    console.log(`\nThe boards themselves, looked at past their bootloaders:`);
    console.log(`  every programmed byte is there on ${equalOn} of ${slots.length}`);
    console.log(`  every sector outside the image holds what it held before on ${keptOn} of ${slots.length}`);
    const passed = attempts.filter(({ result }) => result?.outcome === 'pass').length;
    return passed === slots.length && keptOn === slots.length && equalOn === slots.length ? EXIT.ok : EXIT.notPassed;
  } finally {
    await bench.close();
  }
}

/** The address of the virtual bench; a demonstration never touches real boards. */
export function benchAddress({ choice }: ChosenBus): string {
  if (choice.kind !== 'virtual') throw new Fault('STATION_BUG', { reason: 'a demonstration on real boards' });
  return choice.address;
}

/** Uploads, orders, starts, and collects one result per board; times it from the start to the last record. */
async function runOrder({ url, image, loadAddress }: Demo, boards: number, stopped: Promise<void>): Promise<Made> {
  const station = new StationClient(url);
  const { sha256 } = await station.uploadImage(image.path);
  const order = await station.createOrder({ product: 'demonstration', image: sha256, loadAddress, quantity: boards });
  const interrupt = new AbortController();
  void stopped.then(() => interrupt.abort());
  const events = station.events(interrupt.signal);
  const attempts = collect(events, boards);
  const startedMs = performance.now();
  await station.moveOrder(order.id, 'start');
  try {
    return { attempts: await attempts, tookMs: performance.now() - startedMs };
  } catch (thrown) {
    throw interrupt.signal.aborted ? new Fault('CANCELLED') : thrown;
  }
}

async function collect(events: AsyncIterable<LiveEvent>, boards: number): Promise<Attempt[]> {
  const attempts = new Map<string, Attempt>();
  for await (const event of events) {
    const recorded = event.on === 'attempt' ? [event.attempt] : event.on === 'snapshot' ? event.attempts : [];
    for (const attempt of recorded) if (attempt.result !== null) attempts.set(attempt.slot, attempt);
    if (attempts.size === boards) break;
  }
  return [...attempts.values()].sort((a, b) => a.label.localeCompare(b.label, 'en', { numeric: true }));
}

/** The sectors that the image does not touch. */
function untouched(image: ImageFile, map: MemoryMap): Stretch[] {
  const touched = new Set(planFlash(image.image, map).sectors.map(({ address }) => address));
  return map.sectors
    .filter(({ memory, address }) => memory === map.name && !touched.has(address))
    .map(({ address, bytes: length }) => ({ address, length }));
}

/** One digest per board over some of its memory. */
function look(
  bench: RemoteBench,
  slots: readonly { path: string }[],
  stretches: readonly Stretch[],
): Promise<string[]> {
  return Promise.all(
    slots.map(async ({ path }) => {
      const parts = await Promise.all(stretches.map((stretch) => bench.inspect(path, stretch)));
      return createHash('sha256')
        .update(parts.map(({ sha256 }) => sha256).join())
        .digest('hex');
    }),
  );
}

async function countEqual(
  bench: RemoteBench,
  slots: readonly { path: string }[],
  { image }: ImageFile,
): Promise<number> {
  const ranges = image.targets.flatMap((target) => target.ranges);
  const stretches = ranges.map(({ address, data }) => ({ address, length: data.length }));
  const digests = ranges.map(({ data }) => createHash('sha256').update(data).digest('hex'));
  const wanted = createHash('sha256').update(digests.join()).digest('hex');
  return (await look(bench, slots, stretches)).filter((digest) => digest === wanted).length;
}

function print(attempts: readonly Attempt[]): string {
  const ran = PHASES.filter((name) =>
    attempts.some(({ result }) => result?.phases.some((phase) => phase.name === name)),
  );
  const rows = attempts.map(({ label, result, intended }) => [
    label,
    (result?.outcome ?? '-').toUpperCase(),
    result?.fault ?? '-',
    ...ran.map((name) => seconds(result?.phases.find((phase) => phase.name === name)?.ms)),
    intended.sha256.slice(0, 16),
    result?.readback?.sha256.slice(0, 16) ?? '-',
  ]);
  return table([['slot', 'outcome', 'fault', ...ran.map((name) => `${name} s`), 'image', 'read back'], ...rows]);
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '-' : (ms / 1000).toFixed(3);
}
