import { isDeepStrictEqual } from 'node:util';
import { type BoardIdentity, type Digest, type ExpectedBoard, Fault, type Part } from '@flashline/contracts';
import type { FirmwareImage } from '@flashline/firmware';
import type { MemoryMap } from './memory-map.ts';
import { findPart } from './part-match.ts';
import type { FirmwareBook } from './phases/firmware-book.ts';
import { identityOf, mapOf, requireBoard, requireDfuse, requireImageFor, requireReadable } from './phases/identify.ts';
import type { PhaseLimits } from './phases/limits.ts';
import { lookAt } from './phases/port-watch.ts';
import type { PhaseTrack } from './phases/track.ts';
import type { BusDevice, DfuBus, DfuDevice, DfuPort } from './port.ts';
import type { Bounds } from './protocol/bounds.ts';
import type { PaceBook } from './protocol/pace-book.ts';
import { DfuSession } from './protocol/session.ts';

/** What is known about a board, also when the work on it fails. */
interface KnownSoFar {
  board: BoardIdentity | null;
  /** True when no other board reports its USB serial, as far as its part is known. */
  hasOwnSerial: boolean;
  readback: Digest | null;
  transfers: number;
  /** True when its firmware was seen on its port after it had left. */
  cameUp: boolean;
}

/** The board to visit, and what the visit runs in. */
export interface Visit {
  readonly bus: DfuBus;
  readonly path: string;
  /** Null takes any DfuSe board. */
  readonly board: ExpectedBoard | null;
  /** Who was seen on the port when the work was ordered; another board may sit there by now. Null asks no questions. */
  readonly seated: Seated | null;
  /** The image that goes onto the board: it must be meant for it, and where it begins the board must be readable. */
  readonly image: FirmwareImage | null;
  readonly parts: readonly Part[];
  readonly paces: PaceBook;
  readonly firmwares: FirmwareBook;
  readonly limits: PhaseLimits;
  readonly bounds: Bounds;
  readonly track: PhaseTrack;
  readonly known: KnownSoFar;
  /** Told of the board, as it is listed, whenever it was met: it is at another address after each reset. */
  readonly onMet: (device: BusDevice) => void;
}

/** A board as it was seen on the bus. Its address changes with every enumeration. */
export interface Seated {
  readonly address: number;
  readonly usbSerial: string | null;
}

/** A board whose port is open. */
export interface Contact {
  readonly port: DfuPort;
  readonly session: DfuSession;
  readonly part: Part | null;
  readonly map: MemoryMap;
  /** As it is listed on the bus; null when it was not. */
  readonly listed: BusDevice | null;
}

const OPEN_HANG_MS = 10_000;
const CLOSE_HANG_MS = 2_000;

/**
 * Opens the board and makes sure that it is the right one and, unless told otherwise, that it can be read. One that has reset says
 * the same of itself as `before`. Rejects with a Fault, and then the port is closed.
 */
export async function meet(
  visit: Visit,
  { readable = true, before = null }: { readable?: boolean; before?: BoardIdentity | null } = {},
): Promise<Contact> {
  const { bus, path, bounds, known, parts, paces } = visit;
  const listed = (await lookAt(bus, path, bounds)) ?? null;
  const port = await openPort(visit);
  const board = identityOf(port.device);
  known.board = board;
  const isAnother = before === null ? notSeated(visit, port.device, listed) : notSame(before, board);
  if (isAnother !== null) {
    await bounds.guard(port.close(), CLOSE_HANG_MS, closeHung).catch(() => undefined);
    throw isAnother;
  }
  if (listed !== null) visit.onMet(listed);
  const part = findPart(parts, { ...board, alternates: port.device.alternates.map(({ name }) => name) });
  known.hasOwnSerial = part?.sharesSerial === false && board.usbSerial !== null;
  const session = new DfuSession(port, bounds, { part, pace: paces.of(board, part) });
  try {
    if (visit.board !== null) requireBoard(board, visit.board);
    if (visit.image !== null) requireImageFor(board, visit.image);
    requireDfuse(port.device);
    const map = mapOf(board, part);
    await session.greet();
    if (readable) await requireReadable(session, { map, part, alternates: port.device.alternates, image: visit.image });
    return { port, session, part, map, listed };
  } catch (thrown) {
    await hangUp(visit, { port, session, part });
    throw thrown;
  }
}

/** SEATING_ENDED when another board sits there than the work was ordered for. */
function notSeated({ seated }: Visit, { usbSerial }: DfuDevice, listed: BusDevice | null): Fault | null {
  if (seated === null || (listed?.address === seated.address && usbSerial === seated.usbSerial)) return null;
  return new Fault('SEATING_ENDED', { reason: 'another board sits there' });
}

/** BOARD_GONE when what came back after a reset says that it is another board. */
function notSame(before: BoardIdentity, after: BoardIdentity): Fault | null {
  if (isDeepStrictEqual(before, after)) return null;
  return new Fault('BOARD_GONE', { reason: 'another board', before: before.usbSerial, after: after.usbSerial });
}

/** Leaves the board idle, closes its port and keeps what was learned. Never rejects. */
export async function hangUp(visit: Visit, contact: Pick<Contact, 'port' | 'session' | 'part'>): Promise<void> {
  const { port, session, part } = contact;
  const { bounds, known, paces } = visit;
  await session.farewell();
  known.transfers += session.transfers;
  if (known.board !== null) paces.keep(known.board, part, session.pace);
  // The result is known by now; a close that hangs is for the supervisor of this process.
  await bounds.guard(port.close(), CLOSE_HANG_MS, closeHung).catch(() => undefined);
}

function closeHung(): Fault {
  return new Fault('USB_HOST', { request: 'close', hasHung: true });
}

async function openPort({ bus, path, bounds }: Visit): Promise<DfuPort> {
  let isLate = false;
  const opening = bus.open(path);
  // A port that opens after we gave up would stay claimed.
  const discard = opening.then((port) => (isLate ? port.close() : undefined));
  discard.catch(() => undefined);
  return bounds.guard(opening, OPEN_HANG_MS, () => {
    isLate = true;
    return new Fault('USB_HOST', { request: 'open', hasHung: true });
  });
}
