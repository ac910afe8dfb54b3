import { type BoardIdentity, type Digest, type ExpectedBoard, Fault } from '@flashline/contracts';
import { type FirmwareImage, programmed } from '@flashline/firmware';
import type { MemoryMap } from './memory-map.ts';
import { confirm, lookAt } from './phases/confirm.ts';
import { identify, identityOf, requireBoard, requireDfuse } from './phases/identify.ts';
import { type PhaseLimits, workLimitsMs } from './phases/limits.ts';
import { erase, write } from './phases/program.ts';
import type { PhaseTrack } from './phases/track.ts';
import { type Proof, verify } from './phases/verify.ts';
import { PROGRAMMED_ALTERNATE, planFlash } from './plan.ts';
import type { DfuBus, DfuPort } from './port.ts';
import type { Bounds } from './protocol/bounds.ts';
import { DfuSession } from './protocol/session.ts';

/** What to do to a board. */
export interface FlashRequest {
  readonly image: FirmwareImage;
  readonly board: ExpectedBoard;
  /** False keeps the board in its bootloader after it was proven. */
  readonly leave: boolean;
}

/** What is known about a board, also when the work on it fails. */
export interface KnownSoFar {
  board: BoardIdentity | null;
  readback: Digest | null;
  transfers: number;
}

/** One board to flash, and what the work runs in. */
export interface FlashJob {
  readonly bus: DfuBus;
  readonly path: string;
  readonly request: FlashRequest;
  readonly limits: PhaseLimits;
  readonly bounds: Bounds;
  readonly track: PhaseTrack;
  readonly known: KnownSoFar;
}

/** A board whose port is open. */
interface Contact {
  readonly port: DfuPort;
  readonly session: DfuSession;
  readonly map: MemoryMap;
  /** The address it has on the bus; null when it was not listed. */
  readonly address: number | null;
}

const OPEN_HANG_MS = 10_000;
const CLOSE_HANG_MS = 2_000;

/** Does everything to one board, in order. Rejects with a Fault; resolves with the proof when the board is good. */
export async function flash(job: FlashJob): Promise<Proof> {
  const { bus, path, request, bounds, limits, track } = job;
  const contact = await track.run('identify', limits.identifyMs, () => meet(job));
  const proof = await prove(job, contact);
  if (!request.leave) return proof;
  const confirmMs = limits.baseMs + limits.confirmMs + limits.reappearMs;
  await track.run('confirm', confirmMs, () => confirm(bus, { path, address: contact.address }, bounds, limits));
  return proof;
}

async function meet(job: FlashJob): Promise<Contact> {
  const { bus, path, request, bounds, known } = job;
  const address = (await lookAt(bus, path, bounds))?.address ?? null;
  const port = await openPort(job);
  const session = new DfuSession(port, bounds);
  try {
    known.board = identityOf(port.device);
    requireBoard(known.board, request.board, request.image);
    requireDfuse(port.device);
    const [first] = programmed(request.image, PROGRAMMED_ALTERNATE);
    const map = await identify(session, known.board, first?.address ?? 0);
    return { port, session, map, address };
  } catch (thrown) {
    await part(job, { port, session });
    throw thrown;
  }
}

async function prove(job: FlashJob, contact: Contact): Promise<Proof> {
  try {
    return await program(job, contact);
  } finally {
    await part(job, contact);
  }
}

async function program({ request, limits, track, known }: FlashJob, { session, map }: Contact): Promise<Proof> {
  const plan = await track.run('plan', limits.baseMs, () => planFlash(request.image, map));
  const limitMs = workLimitsMs(plan, limits);
  track.expect(plan, request.leave);
  await track.run('erase', limitMs.erase, (onBytes) => erase(session, plan, onBytes));
  await track.run('write', limitMs.write, (onBytes) => write(session, plan, onBytes));
  const proof = await track.run('verify', limitMs.verify, (onBytes) => verify(session, plan, onBytes));
  known.readback = proof.readback;
  if (request.leave) await track.run('leave', limits.baseMs, () => session.leave(plan.startAddress));
  return proof;
}

async function openPort({ bus, path, bounds }: FlashJob): Promise<DfuPort> {
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

async function part({ bounds, known }: FlashJob, { port, session }: Pick<Contact, 'port' | 'session'>): Promise<void> {
  await session.farewell();
  known.transfers = session.transfers;
  const hung = () => new Fault('USB_HOST', { request: 'close', hasHung: true });
  // The result is known by now; a close that hangs is for the supervisor of this process.
  await bounds.guard(port.close(), CLOSE_HANG_MS, hung).catch(() => undefined);
}
