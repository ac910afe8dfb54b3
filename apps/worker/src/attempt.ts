import { type Assignment, type BoardIdentity, Fault, type FlashJob, type PhaseRecord } from '@flashline/contracts';
import { type BusDevice, covers, type Seated, type Trust } from '@flashline/dfuse';
import type { Range } from '@flashline/firmware';
import type { Journal, Seat } from '@flashline/store';
import { admit, type Found, requireBegun, requireThere } from './admission.ts';
import type { Beginnings } from './beginnings.ts';
import type { Ending } from './ending.ts';
import type { FlashOrder } from './hosts/host-messages.ts';
import type { Listener, OnProgress } from './hosts/port-host.ts';
import type { PortHosts } from './hosts/port-hosts.ts';
import type { Bench } from './slots/bench.ts';
import { identityOf } from './slots/same-board.ts';
import type { SlotState } from './slots/slot.ts';
import type { EndStart, Starts } from './slots/starts.ts';

/**
 * Fetches an image to a local file by the sha256 of that file. Rejects with IMAGE_UNAVAILABLE, and may reject with the signal's reason
 * when it is aborted.
 */
export type ImageSource = (sha256: string, signal: AbortSignal) => Promise<string>;

/** What a board says about itself on the bus. */
type NamedBoard = Omit<BoardIdentity, 'layout'>;

/** Keeps what a recipe preserves while the board does not have it: after a power cut it is the only copy. */
export interface Safe {
  keep(attemptId: string, board: NamedBoard, ranges: readonly Range[]): Promise<void>;
  /** What is left of attempts that did not give back what they took from a board that says this of itself; null for nothing. */
  left(
    board: NamedBoard,
  ): Promise<{ readonly attemptIds: readonly string[]; readonly ranges: readonly Range[] } | null>;
  /** The board has it again. */
  drop(attemptIds: readonly string[]): Promise<void>;
}

/** What an attempt needs of its station. */
export interface AttemptWorld {
  /** Whether the boards of this station are virtual. */
  readonly simulated: boolean;
  readonly journal: Pick<Journal, 'unproven'>;
  readonly beginnings: Beginnings;
  readonly bench: Pick<Bench, 'state' | 'tell'>;
  readonly starts: Starts;
  readonly hosts: Pick<PortHosts, 'enter' | 'flash'>;
  readonly images: ImageSource;
  readonly safe: Safe;
  readonly nowMs: () => number;
  readonly moment: () => string;
  /** Attempts whose boards are seen in their slots. */
  readonly inSight: () => readonly string[];
  readonly onProgress: (assignment: Assignment, ...progress: Parameters<OnProgress>) => void;
}

/** What may end an attempt early. */
export interface Stops {
  /** Somebody stopped it: aborted with a fault. */
  readonly cancelled: AbortSignal;
  /** The worker takes on nothing new. */
  readonly closing: AbortSignal;
}

/** What is known of an attempt before its board is met in its bootloader, also when that fails. */
export interface Trail {
  board: BoardIdentity | null;
  readonly phases: PhaseRecord[];
}

/** A board in its bootloader, with its job. */
interface Ready {
  readonly job: FlashJob;
  readonly imageFile: string;
  readonly found: Found;
  readonly device: BusDevice;
  /** The board when it ran its firmware; null when it was in its bootloader already. */
  readonly ranAs: Seated | null;
}

/** What draws most current: the board comes up, and its flash is erased. */
const STARTING: ReadonlySet<string> = new Set<Parameters<OnProgress>[0]>(['identify', 'plan', 'erase']);

/**
 * Works on the board of a job: asks it into its bootloader, waits until its hub bears one more that starts, journals, flashes.
 * Rejects with the fault that kept it from the board.
 */
export async function attempt(job: FlashJob, world: AttemptWorld, stops: Stops, trail: Trail): Promise<Ending> {
  const ready = await readied(job, world, stops, trail);
  const endStart = await unlessStopped(stops, (signal) => world.starts.enter(job.assignment.slot, signal));
  try {
    stops.cancelled.throwIfAborted();
    const board = stillReady(ready, world.bench.state(job.assignment.slot));
    return await flash(board, world, endStart, stops.cancelled);
  } finally {
    endStart();
  }
}

/** A board may have been swapped, or have reset, while it waited its turn. One that was asked holds its slot, and is as it was met. */
function stillReady(ready: Ready, state: SlotState): Ready {
  const { job, device, ranAs } = ready;
  if (ranAs !== null) {
    requireThere(job, device, state);
    return ready;
  }
  const found = admit(job, state);
  const { slot } = job.assignment;
  if (found.device.mode !== 'dfu') throw new Fault('BOARD_NOT_READY', { slot });
  return { ...ready, found, device: found.device };
}

async function readied(job: FlashJob, world: AttemptWorld, stops: Stops, trail: Trail): Promise<Ready> {
  const { simulated, bench, images } = world;
  const { slot, image } = job.assignment;
  if (job.assignment.simulated !== simulated) throw new Fault('SIMULATION_MIXED', { simulated: !simulated });
  stops.cancelled.throwIfAborted();
  admit(job, bench.state(slot));
  const imageFile = await unlessStopped(stops, (signal) => images(image, signal));
  stops.cancelled.throwIfAborted();
  const found = admit(job, bench.state(slot));
  const device = await inBootloader(job, found, world, trail);
  return { job, imageFile, found, device, ranAs: device === found.device ? null : seenAs(found.device) };
}

/** Asks a board that runs its firmware into its bootloader. Nothing is done to it yet, so nothing is journalled. */
async function inBootloader(
  { assignment, recipe: { enter } }: FlashJob,
  { device }: Found,
  { bench, hosts, nowMs, onProgress }: AttemptWorld,
  trail: Trail,
): Promise<BusDevice> {
  if (device.mode === 'dfu' || enter === null) return device;
  const { attemptId, slot } = assignment;
  trail.board = identityOf(device);
  bench.tell(slot, { on: 'asked', attemptId });
  onProgress(assignment, 'enter', 0);
  const askedMs = nowMs();
  try {
    const onMet = (met: BusDevice, metMs: number) =>
      bench.tell(slot, { on: 'met', attemptId, device: met, nowMs: metMs });
    return await hosts.enter({ id: attemptId, path: slot, entry: enter, seated: seenAs(device) }, onMet);
  } finally {
    trail.phases.push({ name: 'enter', ms: nowMs() - askedMs, bytes: 0 });
  }
}

/** Waits for something before the board is touched. Rejects with STATION_RESTARTED when the worker closes meanwhile. */
async function unlessStopped<T>({ cancelled, closing }: Stops, wait: (signal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    return await wait(AbortSignal.any([cancelled, closing]));
  } catch (cause) {
    if (cause instanceof Fault || !closing.aborted) throw cause;
    throw new Fault('STATION_RESTARTED', {}, { cause });
  }
}

async function flash(ready: Ready, world: AttemptWorld, endStart: EndStart, cancelled: AbortSignal): Promise<Ending> {
  const { bench, hosts, safe, beginnings } = world;
  const { job, device, found } = ready;
  const { attemptId, slot } = job.assignment;
  const board = identityOf(device);
  const seat = { slot, seating: { ...found.seating, board }, attemptId, address: device.address };
  const trust = trustIn(seat, world);
  const left = job.recipe.preserve.length > 0 ? await safe.left(board) : null;
  if (!(await beginnings.begin(job, seat))) throw new Fault('STATION_BUG', { reason: 'attempt begun twice' });
  bench.tell(slot, { on: 'begun', attemptId, device });
  requireBegun(job, bench.state(slot));
  cancelled.throwIfAborted();
  const listener: Listener = {
    onProgress: (phase, fraction) => {
      if (!STARTING.has(phase)) endStart();
      world.onProgress(job.assignment, phase, fraction);
    },
    onMet: (met, metMs) => bench.tell(slot, { on: 'met', attemptId, device: met, nowMs: metMs }),
    onPreserved: (ranges) => safe.keep(attemptId, board, ranges),
  };
  const ended = await hosts.flash({ ...orderFor(ready), trust, rescued: left?.ranges ?? [] }, listener);
  const isReturned = left !== null && ended.hasOwnSerial && covers(job.recipe.preserve, left.ranges);
  if (ended.outcome === 'pass') await safe.drop([attemptId, ...(isReturned ? left.attemptIds : [])]);
  return ended;
}

function orderFor({ job, imageFile, device, ranAs }: Ready): Omit<FlashOrder, 'trust' | 'rescued'> {
  const { assignment, imageName, loadAddress, board, recipe } = job;
  return {
    attemptId: assignment.attemptId,
    path: assignment.slot,
    imageFile,
    imageName,
    imageSha256: assignment.image,
    loadAddress,
    board,
    // An order has none: they are each unit's own.
    recipe: { ...recipe, patches: [] },
    seated: seenAs(device),
    ranAs,
    unit: assignment.unit,
    leave: true,
  };
}

/** A board on which an attempt may have been interrupted is not believed what its flash holds. */
function trustIn({ seating: { board } }: Seat, { journal, moment, inSight }: AttemptWorld): Trust {
  const unproven = journal.unproven(board, moment(), inSight());
  switch (unproven) {
    case 'none':
      return 'yes';
    case 'before-a-pass':
      return 'own-serial';
    case 'open':
      return 'no';
    case 'open-long-ago':
      return 'shared-serial';
    default:
      return unproven satisfies never;
  }
}

/** Who was seen on a port, so that nobody else is worked on. */
function seenAs({ address, usbSerial }: BusDevice): Seated {
  return { address, usbSerial };
}
