/**
 * A host process: the only place where native USB code runs. It keeps no records, so it may be killed at any moment.
 * Started by host.ts with its role and its bus as arguments; ends by itself when the worker is gone.
 */
import { flushCompileCache } from 'node:module';
import { asFault, type UsbTree } from '@flashline/contracts';
import { type BusDevice, systemClock } from '@flashline/dfuse';
import type { BusChoice, FromHost, HostRole, ToHost } from './host-messages.ts';
import { type OpenedBus, openBus } from './inside/bus.ts';
import { watchBus } from './inside/bus-watch.ts';
import { FlashDesk } from './inside/flash-desk.ts';
import { TreeWatch } from './inside/tree-watch.ts';

/** How often a host shows that its event loop turns. */
const ALIVE_EVERY_MS = 500;

function tell(message: FromHost): void {
  // The channel may close between the check and the send; the disconnect handler ends the process then.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

async function main(role: HostRole, choice: BusChoice): Promise<void> {
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C reaches the whole process group; the worker decides when its hosts end.
  process.on('SIGINT', () => {});
  const clock = systemClock(choice.kind === 'virtual' ? choice.speed : 1);
  const opened = await openBus(choice);
  // Not before: the first sign of life ends its start, and the next host begins its own.
  setInterval(() => tell({ on: 'alive' }), ALIVE_EVERY_MS);
  // It is ended from outside, and would never keep what it compiled: the next one starts faster.
  flushCompileCache();
  if (role === 'discovery') return await discover(opened);
  const desk = new FlashDesk(opened, clock, tell);
  process.on('message', (message: ToHost) => desk.take(message));
  tell({ on: 'alive' });
}

async function discover(opened: OpenedBus): Promise<void> {
  const clock = systemClock();
  const treeWatch = new TreeWatch(() => opened.tree(), clock);
  opened.bus.watch(() => treeWatch.hint());
  const onScan = (devices: readonly BusDevice[], lookedAtMs: number) => {
    tell({
      on: 'devices',
      lookedAtMs,
      devices,
      hubs: opened.hubs(),
      arriving: opened.arriving(),
      trouble: opened.trouble(),
      unseen: opened.unseen(),
    });
    treeWatch.scanned(devices);
  };
  const onTree = (tree: UsbTree | null) => tell({ on: 'tree', tree });
  await Promise.all([watchBus(opened.bus, clock, onScan), treeWatch.follow(onTree)]);
}

function fail(thrown: unknown): void {
  const { code, details } = asFault(thrown, 'USB_HOST');
  const failed: FromHost = { on: 'failed', reason: `${code} ${JSON.stringify(details)}` };
  process.send?.(failed, undefined, undefined, () => process.exit(1));
}

const [role, choice] = process.argv.slice(2);
main(role as HostRole, JSON.parse(choice ?? '{"kind":"usb"}') as BusChoice).catch(fail);
