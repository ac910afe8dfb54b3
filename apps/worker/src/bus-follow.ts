import { Fault } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { hostsOn } from './hosts/host.ts';
import type { BusChoice } from './hosts/host-messages.ts';

/** What a look at the bus shows, and why it may not show any boards, in plain words; null when all is well. */
export interface BusLook {
  readonly devices: readonly BusDevice[];
  readonly trouble: string | null;
}

/** Gets what is on the bus, and why it may not show any boards; null when all is well. */
export type OnScan = (devices: readonly BusDevice[], trouble: string | null) => void;

/**
 * Tells every scan of the bus, made by a host process, until the signal is aborted; then resolves. Rejects with USB_HOST when the
 * bus cannot be watched any more.
 */
export async function followBus(choice: BusChoice, onScan: OnScan, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  if (signal.aborted) resolve();
  const discovery = hostsOn(choice, [])('discovery')({
    onMessage: (message) => message.on === 'devices' && onScan(message.devices, message.trouble),
    onEnd: (end, how) => reject(new Fault('USB_HOST', { reason: `discovery ${end}`, how })),
  });
  try {
    await promise;
  } finally {
    await discovery.stop();
  }
}
