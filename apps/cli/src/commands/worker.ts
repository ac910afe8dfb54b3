import { join } from 'node:path';
import { readPartsFile } from '@flashline/config';
import { Fault } from '@flashline/contracts';
import { openRedisQueue } from '@flashline/queue';
import { lockDataFolder, openJournal } from '@flashline/store';
import { imagesFrom, startWorker } from '@flashline/worker';
import type { Command } from 'commander';
import { preservedFiles } from '../files/preserved-files.ts';
import { addBusOptions, type BusOptions, option } from '../options.ts';
import { untilStopped } from '../shutdown.ts';
import { openLog } from '../station/log-file.ts';
import { keepYoungHeap } from '../station/young-heap.ts';
import { chooseStation, namesIn } from '../station-file.ts';
import { VERSION } from '../version.ts';

interface WorkerOptions extends BusOptions {
  readonly data: string;
  readonly parts: string;
  readonly redis: string;
  readonly coordinator: string;
  readonly station?: string;
}

/** `flashline worker`: the slots of one USB host, working for a coordinator elsewhere. */
export function addWorker(program: Command): void {
  const command = program
    .command('worker')
    .description('run the slots of this computer for a coordinator on another host, over Redis')
    .addOption(option.data())
    .addOption(option.parts())
    .option('--station <id>', 'id of this station, when there is no station file')
    .addOption(option.redis())
    .addOption(option.coordinator());
  addBusOptions(command).action(runWorker);
}

async function runWorker(options: WorkerOptions): Promise<void> {
  const { logTo, Opened } = await import('../station/station-parts.ts');
  const { data: folder, redis } = options;
  const coordinatorUrl = parseUrl(options.coordinator);
  const parts = await readPartsFile(options.parts);
  const opened = new Opened();
  try {
    const { stopped, again } = untilStopped();
    const { bus, station, config } = await chooseStation(options, options.station);
    opened.add(bus, (chosen) => chosen.release());
    opened.add(lockDataFolder(folder), (lock) => lock.release());
    const log = openLog(folder);
    const journal = opened.add(openJournal(folder), (database) => database.close());
    const queue = opened.add(await openRedisQueue({ url: redis, onHandlerError: logTo(log) }), (doorbell) =>
      doorbell.close(),
    );
    const worker = await startWorker({
      station,
      bus: bus.choice,
      parts,
      journal,
      queue,
      images: imagesFrom(coordinatorUrl, join(folder, 'images')),
      safe: preservedFiles(folder),
      keepNames: namesIn(config),
      toolVersion: VERSION,
      log,
    });
    opened.add(worker, (running) => running.stop(again));
    keepYoungHeap();
    console.log(`flashline worker "${station.station}" is running for ${coordinatorUrl}`);
    if (bus.choice.kind === 'virtual') console.log('SIMULATED: the boards are virtual and never count as production.');
    await stopped;
  } finally {
    await opened.close();
  }
}

function parseUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new Fault('CONFIG_INVALID', { field: '--coordinator', reason: 'it must be an http address' });
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}
