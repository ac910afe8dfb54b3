import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Part } from '@flashline/contracts';
import { type Coordinator, requireListenable, startCoordinator } from '@flashline/coordinator';
import { type OnHandlerError, openMemoryQueue } from '@flashline/queue';
import { lockDataFolder, openJournal, openLedger } from '@flashline/store';
import { startWorker, type Worker } from '@flashline/worker';
import type { Logger } from 'pino';
import { preservedFiles } from '../files/preserved-files.ts';
import { type ChosenStation, namesIn } from '../station-file.ts';
import { ROOT, VERSION } from '../version.ts';
import { openLog } from './log-file.ts';
import { keepYoungHeap } from './young-heap.ts';

/** How long attempts in work may take to finish when the station is asked to stop. */
const FINISH_MS_MAX = 60_000;

/** Where the coordinator listens. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  readonly allowHost: readonly string[];
}

/** The built dashboard, or null when it was never built. */
export function dashboardFolder(): string | null {
  const folder = fileURLToPath(new URL('apps/dashboard/dist/', ROOT));
  return existsSync(join(folder, 'index.html')) ? folder : null;
}

/** What to tell somebody who has started a coordinator: nothing when its dashboard was built. */
export function dashboardWords(folder: string | null): readonly string[] {
  return folder === null ? ['Its dashboard is not built. Run "npm run build" in the clone, then start again.'] : [];
}

/** Where handlers of the queue that fail are told of. */
export function logTo(log: Logger): OnHandlerError {
  return (queue, error) => log.error({ queue, err: error }, 'a handler of the queue failed');
}

/** Things to let go of, in reverse order, whatever happens on the way. */
export class Opened {
  readonly #closers: (() => unknown)[] = [];

  add<T>(thing: T, close: (thing: T) => unknown): T {
    this.#closers.push(() => close(thing));
    return thing;
  }

  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

/** What a station is made of, besides its folder. */
export interface StationMakeUp extends ChosenStation {
  readonly parts: readonly Part[];
  readonly listening: Listening;
}

/** Coordinator and worker in one process. */
export interface Station {
  readonly coordinator: Coordinator;
  readonly worker: Worker;
  /** Lets boards in work finish, unless `again` is aborted; then closes everything. */
  stop(again: AbortSignal): Promise<void>;
}

/** Starts a station on `folder`. Whatever fails, nothing stays open. */
export async function startStation(
  folder: string,
  { station, config, bus, parts, listening }: StationMakeUp,
): Promise<Station> {
  await requireListenable(listening);
  const opened = new Opened();
  try {
    opened.add(lockDataFolder(folder), (lock) => lock.release());
    const ledger = opened.add(openLedger(folder), (database) => database.close());
    const journal = opened.add(openJournal(folder), (database) => database.close());
    const log = openLog(folder);
    const queue = opened.add(openMemoryQueue({ onHandlerError: logTo(log) }), (doorbell) => doorbell.close());
    await mkdir(join(folder, 'images'), { recursive: true });
    const simulated = bus.choice.kind === 'virtual';
    const coordinator = await startCoordinator({
      folder,
      ledger,
      queue,
      log,
      host: listening.host,
      port: listening.port,
      allowedHosts: listening.allowHost,
      simulated,
      version: VERSION,
      dashboard: dashboardFolder(),
    });
    opened.add(coordinator, (running) => running.close());
    const images = async (sha256: string) => coordinator.imagePath(sha256);
    const worker = await startWorker({
      station,
      bus: bus.choice,
      parts,
      journal,
      queue,
      images,
      safe: preservedFiles(folder),
      keepNames: namesIn(config),
      toolVersion: VERSION,
      log,
    });
    keepYoungHeap();
    const stop = async (again: AbortSignal) => {
      await worker.stop(AbortSignal.any([again, AbortSignal.timeout(FINISH_MS_MAX)]));
      await opened.close();
    };
    return { coordinator, worker, stop };
  } catch (thrown) {
    await opened.close();
    throw thrown;
  }
}
