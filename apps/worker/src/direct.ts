import { randomUUID } from 'node:crypto';
import {
  asFault,
  type BootloaderEntry,
  type ExpectedBoard,
  Fault,
  type Part,
  type PhaseName,
  type PhaseRecord,
} from '@flashline/contracts';
import type { BoardJobReport, BusDevice, Trust } from '@flashline/dfuse';
import type { Range } from '@flashline/firmware';
import { type BusLook, followBus } from './bus-follow.ts';
import { type Ending, endingOfFault, notEntered } from './ending.ts';
import { hostsOn } from './hosts/host.ts';
import type { BusChoice, EntryReport, FlashOrder, JobOrder } from './hosts/host-messages.ts';
import { PortHosts, UNWATCHED } from './hosts/port-hosts.ts';

/** How long a first look at the bus may take. */
const FIRST_LOOK_MS = 30_000;

/** What is on the bus now, seen by a host process. Rejects with USB_HOST when the bus cannot be watched. */
export async function lookAtBus(choice: BusChoice): Promise<BusLook> {
  const looks: BusLook[] = [];
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

/** What is known of a board that is about to be flashed. */
interface DirectReady {
  readonly board: ExpectedBoard;
  /** Whether to believe what it holds. */
  readonly trust: Trust;
  /** What a run before this one took from it and could not give back. */
  readonly rescued: readonly Range[];
}

export interface DirectFlash extends Direct<Ending> {
  /** What to do with each of the boards. */
  readonly order: Omit<FlashOrder, 'attemptId' | 'path' | 'seated' | 'ranAs' | keyof DirectReady>;
  /**
   * Told of each board as soon as it is in its bootloader: what it must be, and what a run before this one left of it. Rejects with
   * the fault for which it is not touched.
   */
  readonly onReady: (device: BusDevice) => Promise<DirectReady>;
  /** Puts into safety what an erase is about to take from the board on this port. */
  readonly onPreserved: (path: string, ranges: readonly Range[]) => Promise<void>;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
}

/**
 * Flashes the boards on these ports side by side. Those that run their firmware are asked into their bootloader first, each for
 * itself: none waits for another. One report per board, in order.
 */
export function flashDirect(flash: DirectFlash): Promise<Ending[]> {
  return sideBySide(flash, endingOfFault, async (hosts, found, id) => {
    const entry = flash.order.recipe.enter;
    if (entry === null || found.mode === 'dfu') return await flashOne(flash, hosts, { device: found, id, ranAs: null });
    const askedMs = flash.nowMs();
    const asked = await enterOne({ ...flash, entry }, hosts, found, id).catch(notEntered);
    const enter: PhaseRecord = { name: 'enter', ms: flash.nowMs() - askedMs, bytes: 0 };
    const ending =
      asked.fault === null
        ? await flashOne(flash, hosts, { device: asked.device, id, ranAs: found }).catch(endingOfFault)
        : endingOfFault(new Fault(asked.fault, asked.faultDetails));
    return { ...ending, phases: [enter, ...ending.phases] };
  });
}

/** A board in its bootloader, with the id of the work on it. */
interface Met {
  readonly device: BusDevice;
  readonly id: string;
  /** The board when it ran its firmware. */
  readonly ranAs: BusDevice | null;
}

async function flashOne(flash: DirectFlash, hosts: PortHosts, { device, id, ranAs }: Met): Promise<Ending> {
  const { path } = device;
  const ready = await flash.onReady(device);
  requireGoing(flash.signal);
  return await hosts.flash(
    { ...flash.order, ...ready, attemptId: id, path, seated: device, ranAs },
    {
      ...UNWATCHED,
      onProgress: (phase, fraction) => flash.onProgress(path, phase, fraction),
      onPreserved: (ranges) => flash.onPreserved(path, ranges),
    },
  );
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

/** Boards to have in their bootloader, and how those that run their firmware are asked. */
type DirectEntry = Direct<EntryReport> & { readonly entry: BootloaderEntry };

/** Has each of these boards in its bootloader, side by side: those that run their firmware are asked. One report per board, in order. */
export function enterDirect(enter: DirectEntry): Promise<EntryReport[]> {
  return sideBySide(enter, notEntered, (hosts, found, id) => enterOne(enter, hosts, found, id));
}

async function enterOne(
  { entry, onProgress }: Pick<DirectEntry, 'entry' | 'onProgress'>,
  hosts: PortHosts,
  seated: BusDevice,
  id: string,
): Promise<EntryReport> {
  const { path } = seated;
  if (seated.mode === 'application') onProgress(path, 'enter', 0);
  return { device: await hosts.enter({ id, path, entry, seated }), fault: null };
}

/** One board's trouble is its own: what goes wrong with one becomes its report. */
async function sideBySide<T>(
  { bus, parts, devices, signal, onEnded }: Direct<T>,
  failed: (thrown: unknown) => T,
  one: (hosts: PortHosts, device: BusDevice, id: string) => Promise<T>,
): Promise<T[]> {
  const hosts = new PortHosts(hostsOn(bus, parts)('ports'));
  const stoppable = async (device: BusDevice): Promise<T> => {
    const id = randomUUID();
    const cancel = () => hosts.cancel(id);
    signal.addEventListener('abort', cancel);
    try {
      requireGoing(signal);
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

/** A host hears a cancellation only while it has an order. Throws CANCELLED. */
function requireGoing(signal: AbortSignal): void {
  if (signal.aborted) throw new Fault('CANCELLED');
}

function jobFailed(thrown: unknown): BoardJobReport {
  const { code: fault, details: faultDetails } = asFault(thrown);
  const nothing = { board: null, hasOwnSerial: false, facts: null, held: null, readback: null, erased: null };
  return { fault, faultDetails, ...nothing, ms: 0, transfers: 0 };
}
