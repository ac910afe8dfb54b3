import {
  ApplicationCheck,
  type ExpectedBoard,
  Fault,
  hex32,
  type Part,
  PLAIN_RECIPE,
  type RunningFirmware,
} from '@flashline/contracts';
import { type FirmwareImage, programmed, type Range, rangeInfo } from '@flashline/firmware';
import { BoardAtHand, unprotect } from './board-at-hand.ts';
import { type Contact, meet, type Seated, type Visit } from './contact.ts';
import type { Firmware } from './firmware/firmware.ts';
import { type ExpectedFirmware, requireKnowable, seeRunning } from './firmware/running-firmware.ts';
import { confirm } from './phases/confirm.ts';
import { planLimitMs, totalBytes, workLimitsMs } from './phases/limits.ts';
import { type Locked, lock, requireLockable } from './phases/lock.ts';
import { erase, type OnBytes, read, write } from './phases/program.ts';
import { survey } from './phases/survey.ts';
import { type Proof, readEqual, verify } from './phases/verify.ts';
import { Findings } from './plan/findings.ts';
import { type BoardRecipe, type FlashPlan, PROGRAMMED_ALTERNATE, planFlash } from './plan/flash-plan.ts';
import { type LockPlan, locksForEver, planLock } from './plan/lock-plan.ts';
import { rightOne } from './plan/rescue.ts';
import { expectedShares, workShares } from './plan/shares.ts';
import { inWords } from './plan/words.ts';
import { endangered, type FlashWork, workOf } from './plan/work.ts';
import type { DfuSession } from './protocol/session.ts';

/**
 * Whether to believe what the flash of a board holds. Flash that lost its power in an erase can read blank and be weak, so a board
 * on which an erase or a write may have been interrupted is not believed (`no`): every sector under the image is erased. When a
 * board of the same USB serial has passed since, that says something only if the serial is one chip's own (`own-serial`). When it
 * was long ago, it most likely was another board, unless the serial is one chip's own (`shared-serial`).
 */
export type Trust = 'yes' | 'own-serial' | 'shared-serial' | 'no';

/** What to do to a board. */
export interface FlashRequest {
  /** Everything that is programmed, patches included. */
  readonly image: FirmwareImage;
  readonly board: ExpectedBoard;
  /** False keeps the board in its bootloader after it was proven. */
  readonly leave: boolean;
  /** Left out: erase what is needed, keep the rest, lock nothing. */
  readonly recipe?: BoardRecipe;
  /** Left out: yes. */
  readonly trust?: Trust;
  /** Who was seen on the port when this was ordered. Left out: whoever sits there. */
  readonly seated?: Seated | null;
  /** What an attempt before this one took from a board of this serial and could not give back. Left out: nothing. */
  readonly rescued?: readonly Range[];
  /** The board when it ran its firmware, before it was asked into its bootloader. Left out: it was in it already. */
  readonly ranAs?: Seated | null;
  /** The serial number of the unit that is made. Left out: nobody gave one. */
  readonly unit?: string | null;
}

/** What a request that leaves everything out asks for. */
export const PLAIN_REQUEST = {
  recipe: PLAIN_RECIPE,
  trust: 'yes',
  seated: null,
  rescued: [],
  ranAs: null,
  unit: null,
} as const satisfies Partial<FlashRequest>;

/** What a board that was taken from its firmware comes back to, where the recipe does not say: anything that runs. */
const ANY_APPLICATION = ApplicationCheck.parse({});

/** A disk that has not kept a few bytes by then is in trouble. */
const KEEP_HANG_MS = 30_000;

/** One board to flash, and what the work runs in. */
export interface FlashJob {
  readonly visit: Visit;
  readonly request: Required<FlashRequest>;
  /** Told what is preserved, before an erase takes it from the board: after a power cut this is the only copy. */
  readonly onPreserved: (ranges: readonly Range[]) => Promise<void>;
  readonly onLocked: (locked: Locked) => void;
  /** Null when nobody can reach the firmware of boards. */
  readonly firmware: Firmware | null;
  readonly onRunning: (running: RunningFirmware) => void;
}

/** What is known about a board once it was looked at. */
interface Decision {
  readonly plan: FlashPlan;
  readonly locks: LockPlan;
  readonly work: FlashWork;
  /** What the board is to hold where the recipe preserves something, and which of it has to be written. */
  readonly preserved: readonly Range[];
  readonly returned: readonly Range[];
}

/** How the work on a board ends: it was told to stay or to leave, or leaves by itself, locked for ever. */
type End = 'stays' | 'told to leave' | 'leaves by its lock';

/** Does everything to one board, in order. Rejects with a Fault; resolves with the proof when the board is good. */
export async function flash(job: FlashJob): Promise<Proof> {
  const { visit, request } = job;
  const { limits, track } = visit;
  const unprotectMs = request.recipe.unprotect ? limits.massEraseMs + limits.returnMs : 0;
  const contact = await track.run('identify', limits.identifyMs + unprotectMs, () => meetReadable(job));
  const board = new BoardAtHand(visit, contact);
  const { proof, end } = await programAndLetGo(job, board);
  if (end !== 'stays') await seeLeave(job, board.contact.listed?.address ?? null);
  return proof;
}

/** Sees that a board has left its bootloader, and what runs then where something must. */
async function seeLeave({ visit, request, firmware, onRunning }: FlashJob, address: number | null): Promise<void> {
  const { bus, path, bounds, limits, track, firmwares, known } = visit;
  const { image } = request;
  const expected = expectedOf(request);
  const reappearMs = firmwares.waitMs(image, limits);
  const limitMs = limits.baseMs + limits.confirmMs + (expected?.check.deadlineMs ?? reappearMs);
  await track.run('confirm', limitMs, async () => {
    const leaver = { path, address };
    const fromMs = bounds.clock.now();
    if (expected === null) {
      known.cameUp = await confirm(bus, leaver, bounds, { ...limits, reappearMs });
    } else {
      onRunning(await seeRunning(bus, leaver, expected, { bounds, limits, firmware }));
      known.cameUp = true;
    }
    firmwares.learn(image, known.cameUp, { fromMs, toMs: bounds.clock.now() });
  });
}

/** What must run in the end; null when nothing need be seen. */
function expectedOf({ recipe, ranAs, unit }: FlashJob['request']): ExpectedFirmware | null {
  const check = recipe.application ?? (ranAs === null ? null : ANY_APPLICATION);
  return check === null ? null : { check, serialBefore: ranAs?.usbSerial ?? null, unit };
}

async function meetReadable({ visit, request: { recipe } }: FlashJob): Promise<Contact> {
  try {
    return await meet(visit);
  } catch (thrown) {
    const isProtected = thrown instanceof Fault && thrown.code === 'BOARD_READ_PROTECTED';
    if (!isProtected || !recipe.unprotect) throw thrown;
  }
  if (recipe.preserve.length > 0)
    throw new Fault('RECIPE_REFUSED', { reason: 'what is preserved would go with the read protection' });
  await unprotect(visit);
  return await meet(visit, { before: visit.known.board });
}

async function programAndLetGo(job: FlashJob, board: BoardAtHand): ReturnType<typeof program> {
  try {
    return await program(job, board);
  } finally {
    await board.letGo();
  }
}

async function program(job: FlashJob, board: BoardAtHand): Promise<{ proof: Proof; end: End }> {
  const { limits, track, known } = job.visit;
  const { session, part } = board.contact;
  const { image, recipe } = job.request;
  const bytes = totalBytes(rangeInfo(programmed(image, PROGRAMMED_ALTERNATE))) + totalBytes(recipe.preserve);
  const decision = await track.run('plan', planLimitMs(bytes, limits), (onBytes) => decide(job, board, onBytes));
  const { plan, locks, work, returned } = decision;
  const limitMs = workLimitsMs(plan, work, limits);
  await track.run('erase', limitMs.erase, (onBytes) => erase(session, work.erase, part, onBytes));
  await track.run('write', limitMs.write, (onBytes) =>
    write(session, inWords([...work.writes, ...returned], part), onBytes),
  );
  const proof = await track.run('verify', limitMs.verify, (onBytes) => prove(session, decision, onBytes));
  known.readback = proof.readback;
  if (locks.length > 0) {
    const lockMs = limits.baseMs + locks.length * (limits.returnMs + limits.baseMs);
    await track.run('lock', lockMs, () => lock(board, locks, job.onLocked));
  }
  return { proof, end: await sendAway(job, board, plan) };
}

async function sendAway({ visit, request }: FlashJob, board: BoardAtHand, { startAddress }: FlashPlan): Promise<End> {
  if (!board.isOpen) return 'leaves by its lock';
  if (!request.leave) return 'stays';
  await visit.track.run('leave', visit.limits.baseMs, () => board.session().leave(startAddress));
  return 'told to leave';
}

/** Everything is decided before the board is touched; looking is not touching. */
async function decide(job: FlashJob, board: BoardAtHand, onBytes: OnBytes): Promise<Decision> {
  const { image, recipe, leave, trust } = job.request;
  const { track, bounds, known } = job.visit;
  const { session, part, map, port } = board.contact;
  const plan = planFlash(image, map, recipe, part);
  const { blockBytes } = session;
  const locks = planLock(recipe, { alternates: port.device.alternates, blockBytes }, part);
  const willLeave = leave || locksForEver(locks);
  track.expect(expectedShares(plan, part, willLeave));
  await requireLockable(session, locks);
  const expected = expectedOf(job.request);
  if (expected !== null && willLeave) requireKnowable(expected);
  const isBelieved = believes(trust, known.hasOwnSerial, part);
  const findings = new Findings(plan, blockBytes, part);
  const look = { part, clock: bounds.clock, onBytes, mayGiveUp: recipe.erase !== 'none' };
  if (isBelieved && recipe.erase !== 'mass') await survey(session, findings, look);
  const work = workOf(plan, findings, recipe, part);
  const kept = await keep(job, board, { plan, work, isBelieved }, onBytes);
  track.expect(workShares(work, part));
  return { plan, locks, work, ...kept };
}

/** Reads what is preserved, finds out whether it is what it should be, and has a copy made of what an erase will take. */
async function keep(
  job: FlashJob,
  board: BoardAtHand,
  { plan, work, isBelieved }: Pick<Decision, 'plan' | 'work'> & { readonly isBelieved: boolean },
  onBytes: OnBytes,
): Promise<Pick<Decision, 'preserved' | 'returned'>> {
  const { known, bounds } = job.visit;
  const { session, part } = board.contact;
  const holder = { hasOwnSerial: known.hasOwnSerial, isBelieved, erasedByte: part?.erasedByte ?? null };
  const inDanger = new Set(endangered(plan, work.erase));
  const preserved: Range[] = [];
  const returned: Range[] = [];
  for (const info of plan.preserve) {
    const held = await read(session, info.address, info.bytes, onBytes);
    const right = rightOne(held, job.request.rescued, holder);
    preserved.push(right);
    if (inDanger.has(info) || right !== held) returned.push(right);
    if (right !== held && !inDanger.has(info)) requireBlank(held);
  }
  const unkept = () => new Fault('RECORD_FAILED', { reason: 'what is preserved was not kept in time' });
  if (returned.length > 0) await bounds.guard(job.onPreserved(returned), KEEP_HANG_MS, unkept);
  return { preserved, returned };
}

/** What is to be given back to flash that is not erased must find it blank. */
function requireBlank({ address, data }: Range): void {
  if (data.every((byte) => byte === data[0])) return;
  throw new Fault('PRESERVED_ELSEWHERE', { preserve: hex32(address), bytes: data.length, reason: 'half given back' });
}

function believes(trust: Trust, hasOwnSerial: boolean, part: Part | null): boolean {
  switch (trust) {
    case 'yes':
      return true;
    case 'no':
      return false;
    case 'own-serial':
      return hasOwnSerial;
    case 'shared-serial':
      return part?.sharesSerial === true;
    default:
      return trust satisfies never;
  }
}

async function prove(session: DfuSession, { plan, preserved }: Decision, onBytes: OnBytes): Promise<Proof> {
  await readEqual(session, preserved, onBytes);
  return await verify(session, plan, onBytes);
}
