import { randomUUID } from 'node:crypto';
import { asFault, type BootloaderEntry, Fault, type Part, type PhaseName } from '@flashline/contracts';
import type { BoardJobReport, BusDevice, Seated, Trust } from '@flashline/dfuse';
import type { Range } from '@flashline/firmware';
import { followBus } from './bus-follow.ts';
import { type Ending, endingOfFault, notEntered } from './ending.ts';
import type { BusChoice, EntryReport, FlashOrder, JobOrder } from './hosts/host-messages.ts';
import { PortHosts } from './hosts/port-hosts.ts';

/** How long a first look at the bus may take. */
const FIRST_LOOK_MS = 30_000;

/** What a look at the bus shows. */
interface Look {
  readonly devices: readonly BusDevice[];
  readonly trouble: string | null;
}

/** What is on the bus now, seen by a host process. Rejects with USB_HOST when the bus cannot be watched. */
export async function lookAtBus(choice: BusChoice): Promise<Look> {
  const looks: Look[] = [];
  const over = new AbortController();
  const deadline = setTimeout(() => over.abort(), FIRST_LOOK_MS);
  const onScan = (devices: readonly BusDevice[], trouble: string | null) => {
    looks.push({ devices, trouble });
    over.abort();
  };
  await followBus(choice, onScan, over.signal).finally(() => clearTimeout(deadline));
  const [look] = looks;
  if (look === undefined) throw new Fault('USB_HOST', { reason: 'no scan in time' });
  return look;
}

/** Boards to work on without coordinator, journal or ledger. */
export interface Direct<T> {
  readonly bus: BusChoice;
  readonly parts: readonly Part[];
  /** The boards as they were seen; who sits there instead by the time is left alone. */
  readonly devices: readonly BusDevice[];
  readonly signal: AbortSignal;
  readonly onProgress: (path: string, phase: PhaseName, fraction: number) => void;
  /** Told of each board as soon as its work has ended; others may still be in work. */
  readonly onEnded?: (path: string, report: T) => void;
}

export interface DirectFlash extends Direct<Ending> {
  /** What to do with each of the boards. */
  readonly order: Omit<FlashOrder, 'attemptId' | 'path' | 'trust' | 'seated' | 'ranAs' | 'rescued'>;
  /** What the board on this port was before it was asked into its bootloader; null when it was in it already. */
  readonly ranAs: (path: string) => Seated | null;
  /** Whether to believe what the board on this port holds. */
  readonly trust: (path: string) => Trust;
  /** What a run before this one took from the board on this port and could not give back. */
  readonly rescued: (path: string) => Promise<readonly Range[]>;
  /** Puts into safety what an erase is about to take from the board on this port. */
  readonly onPreserved: (path: string, ranges: readonly Range[]) => Promise<void>;
}

/** Flashes the boards on these ports side by side. One report per board, in order. */
export function flashDirect(flash: DirectFlash): Promise<Ending[]> {
  return sideBySide(flash, endingOfFault, async (hosts, seated, attemptId) => {
    const { path } = seated;
    const rescued = await flash.rescued(path);
    const order = {
      ...flash.order,
      attemptId,
      path,
      trust: flash.trust(path),
      seated,
      ranAs: flash.ranAs(path),
      rescued,
    };
    return await hosts.flash(order, {
      onProgress: (phase, fraction) => flash.onProgress(path, phase, fraction),
      onPreserved: (ranges) => flash.onPreserved(path, ranges),
    });
  });
}

/** Does a job with each of these boards, side by side. One report per board, in order. */
export function workDirect(
  work: Direct<BoardJobReport> & Omit<JobOrder, 'jobId' | 'path' | 'seated'>,
): Promise<BoardJobReport[]> {
  const { job, board, onProgress } = work;
  return sideBySide(work, jobFailed, (hosts, seated, jobId) => {
    const { path } = seated;
    return hosts.work({ jobId, path, job, board, seated }, (phase, fraction) => onProgress(path, phase, fraction));
  });
}

/** Has each of these boards in its bootloader, side by side: those that run their firmware are asked. One report per board, in order. */
export function enterDirect(enter: Direct<EntryReport> & { readonly entry: BootloaderEntry }): Promise<EntryReport[]> {
  return sideBySide(enter, notEntered, async (hosts, seated, id) => {
    const device = await hosts.enter({ id, path: seated.path, entry: enter.entry, seated });
    return { device, fault: null };
  });
}

/** One board's trouble is its own: what goes wrong with one becomes its report. */
async function sideBySide<T>(
  { bus, parts, devices, signal, onEnded }: Direct<T>,
  failed: (thrown: unknown) => T,
  one: (hosts: PortHosts, device: BusDevice, id: string) => Promise<T>,
): Promise<T[]> {
  const hosts = new PortHosts(bus, parts);
  const stoppable = async (device: BusDevice): Promise<T> => {
    const id = randomUUID();
    const cancel = () => hosts.cancel(id);
    signal.addEventListener('abort', cancel);
    try {
      if (signal.aborted) throw new Fault('CANCELLED');
      return await one(hosts, device, id);
    } catch (thrown) {
      return failed(thrown);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
  try {
    return await Promise.all(
      devices.map(async (device) => {
        const report = await stoppable(device);
        onEnded?.(device.path, report);
        return report;
      }),
    );
  } finally {
    await hosts.stop();
  }
}

function jobFailed(thrown: unknown): BoardJobReport {
  const { code: fault, details: faultDetails } = asFault(thrown);
  const nothing = { board: null, hasOwnSerial: false, facts: null, held: null, readback: null, erased: null };
  return { fault, faultDetails, ...nothing, ms: 0, transfers: 0 };
}
