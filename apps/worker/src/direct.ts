import { randomUUID } from 'node:crypto';
import { type ExpectedBoard, Fault, type FaultDetails, type PhaseName } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { type Ending, endingOfFault } from './ending.ts';
import { Host } from './hosts/host.ts';
import type { BusChoice } from './hosts/host-messages.ts';
import { PortHosts, SLOTS_PER_HOST } from './hosts/port-hosts.ts';

/** How long a first look at the bus may take. */
const FIRST_LOOK_MS = 30_000;

/** What is on the bus now, seen by a host process. Rejects with USB_HOST when the bus cannot be watched. */
export async function lookAtBus(choice: BusChoice): Promise<{ devices: readonly BusDevice[]; trouble: string | null }> {
  const looked = Promise.withResolvers<{ devices: readonly BusDevice[]; trouble: string | null }>();
  const fail = (details: FaultDetails) => looked.reject(new Fault('USB_HOST', details));
  const discovery = new Host('discovery', choice, {
    onMessage: (message) => message.on === 'devices' && looked.resolve(message),
    onEnd: (end, how) => fail({ reason: `discovery ${end}`, how }),
  });
  const deadline = setTimeout(() => fail({ reason: 'no scan in time' }), FIRST_LOOK_MS);
  try {
    const { devices, trouble } = await looked.promise;
    return { devices, trouble };
  } finally {
    clearTimeout(deadline);
    await discovery.stop();
  }
}

export interface DirectFlash {
  readonly bus: BusChoice;
  readonly paths: readonly string[];
  readonly imageFile: string;
  readonly imageSha256: string;
  readonly loadAddress: number | null;
  readonly board: ExpectedBoard;
  readonly signal: AbortSignal;
  readonly onProgress: (path: string, phase: PhaseName, fraction: number) => void;
}

/** Flashes the boards on these ports side by side, without coordinator, journal or ledger. One report per path, in order. */
export async function flashDirect(flash: DirectFlash): Promise<Ending[]> {
  const { bus, paths, imageFile, imageSha256, loadAddress, board, signal } = flash;
  const hosts = new PortHosts(bus, SLOTS_PER_HOST);
  const one = async (path: string): Promise<Ending> => {
    if (signal.aborted) return endingOfFault(new Fault('CANCELLED'));
    const attemptId = randomUUID();
    const order = { attemptId, path, imageFile, imageName: imageFile, imageSha256, loadAddress, board };
    const cancel = () => hosts.cancel(attemptId);
    signal.addEventListener('abort', cancel);
    try {
      return await hosts.flash(order, (phase, fraction) => flash.onProgress(path, phase, fraction));
    } catch (thrown) {
      return endingOfFault(thrown);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
  try {
    return await Promise.all(paths.map(one));
  } finally {
    await hosts.stop();
  }
}
