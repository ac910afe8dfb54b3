import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openRedisQueue } from '@flashline/queue';
import { lockDataFolder, openLedger } from '@flashline/store';
import type { Command } from 'commander';
import { option } from '../options.ts';
import { untilStopped } from '../shutdown.ts';
import { openLog } from '../station/log-file.ts';
import type { Listening } from '../station/station-parts.ts';
import { keepYoungHeap } from '../station/young-heap.ts';
import { VERSION } from '../version.ts';

interface CoordinatorOptions extends Listening {
  readonly data: string;
  readonly redis: string;
  readonly simulated: boolean;
}

/** `flashline coordinator`: API, dashboard, orders and ledger; the boards are at workers on other hosts. */
export function addCoordinator(program: Command): void {
  program
    .command('coordinator')
    .description('run the coordinator for workers on many hosts, over Redis')
    .addOption(option.data())
    .addOption(option.redis())
    .addOption(option.host())
    .addOption(option.port())
    .addOption(option.allowHost())
    .option('--simulated', 'new orders are for virtual boards', false)
    .action(runCoordinator);
}

async function runCoordinator(options: CoordinatorOptions): Promise<void> {
  const { requireListenable, startCoordinator } = await import('@flashline/coordinator');
  const { dashboardFolder, dashboardWords, logTo, Opened } = await import('../station/station-parts.ts');
  const { data: folder, redis, host, port, allowHost: allowedHosts, simulated } = options;
  await requireListenable(options);
  const opened = new Opened();
  try {
    const { stopped } = untilStopped();
    opened.add(lockDataFolder(folder), (lock) => lock.release());
    const log = openLog(folder);
    const ledger = opened.add(openLedger(folder), (database) => database.close());
    const queue = opened.add(await openRedisQueue({ url: redis, onHandlerError: logTo(log) }), (doorbell) =>
      doorbell.close(),
    );
    await mkdir(join(folder, 'images'), { recursive: true });
    const parts = { folder, ledger, queue, log, host, port, allowedHosts, simulated, version: VERSION };
    const coordinator = await startCoordinator({ ...parts, dashboard: dashboardFolder() });
    opened.add(coordinator, (running) => running.close());
    keepYoungHeap();
    console.log(`flashline coordinator is running: ${coordinator.url}`);
    for (const line of dashboardWords(dashboardFolder())) console.log(line);
    console.log(`Records: ${folder}`);
    await stopped;
  } finally {
    await opened.close();
  }
}
