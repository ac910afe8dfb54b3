import {
  type BoardIdentity,
  type Digest,
  type ExpectedBoard,
  Fault,
  type FaultCode,
  type FaultDetails,
  hex32,
  type RangeInfo,
} from '@flashline/contracts';
import { digestOf, type FirmwareImage, programmed, type Range } from '@flashline/firmware';
import { alternateOf, type OtherMemory, readableIn } from '../alternates.ts';
import { type AttemptContext, visitOf } from '../attempt.ts';
import { type Contact, hangUp, meet, type Seated, type Visit } from '../contact.ts';
import { planLimitMs, totalBytes } from '../phases/limits.ts';
import { type OnBytes, read } from '../phases/program.ts';
import { verify } from '../phases/verify.ts';
import { PROGRAMMED_ALTERNATE, planFlash } from '../plan/flash-plan.ts';
import type { DfuBus } from '../port.ts';
import { faultAt } from '../protocol/trouble.ts';
import { type BoardFacts, factsOf } from './board-facts.ts';
import { eraseAll, eraseRanges } from './erasing.ts';

/** Something to do with one board that is no attempt: it makes no product, so it leaves no record and the board in its bootloader. */
export type BoardJob =
  /** Looks at it and changes nothing. */
  | { readonly kind: 'inspect' }
  /** Null reads all of the memory that can be read. */
  | { readonly kind: 'read'; readonly memory: 'flash' | OtherMemory; readonly ranges: readonly RangeInfo[] | null }
  /** Compares the flash with an image. */
  | { readonly kind: 'verify'; readonly image: FirmwareImage }
  /** Erases every sector that these ranges touch, or with null the whole flash, and looks whether it is blank. */
  | { readonly kind: 'erase'; readonly ranges: readonly RangeInfo[] | null };

/** What came of a board job. */
export interface BoardJobReport {
  readonly fault: FaultCode | null;
  readonly faultDetails: FaultDetails | null;
  readonly board: BoardIdentity | null;
  /** True when no other board reports its USB serial, as far as its part is known. */
  readonly hasOwnSerial: boolean;
  readonly facts: BoardFacts | null;
  /** The bytes that were read. */
  readonly held: readonly Range[] | null;
  /** What was compared and is equal. */
  readonly readback: Digest | null;
  /** What was erased and is blank. */
  readonly erased: readonly RangeInfo[] | null;
  readonly ms: number;
  readonly transfers: number;
}

/** What a job found out. */
type Found = Pick<BoardJobReport, 'facts' | 'held' | 'readback' | 'erased'>;
const NOTHING: Found = { facts: null, held: null, readback: null, erased: null };

/** Does one job with the board at `path`. Never rejects: every failure is a fault in the report. */
export async function runBoardJob(
  bus: DfuBus,
  path: string,
  request: { readonly job: BoardJob; readonly board: ExpectedBoard | null; readonly seated?: Seated | null },
  context: AttemptContext,
): Promise<BoardJobReport> {
  const { job, board, seated = null } = request;
  const visit = visitOf(bus, path, { board, seated, image: job.kind === 'verify' ? job.image : null }, context);
  const { known, track, limits } = visit;
  const beganMs = context.clock.now();
  const report = (facts: Found, fault: FaultCode | null, faultDetails: FaultDetails | null): BoardJobReport => {
    const { board: seen, hasOwnSerial, transfers } = known;
    return { fault, faultDetails, board: seen, hasOwnSerial, ...facts, ms: context.clock.now() - beganMs, transfers };
  };
  try {
    // A board that cannot be read can still be looked at.
    const meeting = () => meet(visit, { readable: job.kind !== 'inspect' });
    const contact = await track.run('identify', limits.identifyMs, meeting);
    const found = await whileOpen(visit, contact, () => {
      const bytes = bytesOf(job, contact);
      track.expect({ [PHASE_OF[job.kind]]: { ms: bytes, bytes } });
      const limitMs = planLimitMs(bytes, limits) + (job.kind === 'erase' ? limits.massEraseMs : 0);
      return track.run(PHASE_OF[job.kind], limitMs, (onBytes) => carryOut(job, contact, onBytes));
    });
    return report(found, null, null);
  } catch (thrown) {
    const { code, details } = faultAt(thrown, {});
    return report(NOTHING, code, details);
  }
}

/** Lets go of the board whatever comes of the work, and only then tells: the transfers are counted to the last. */
async function whileOpen<T>(visit: Visit, contact: Contact, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await hangUp(visit, contact);
  }
}

const PHASE_OF = { inspect: 'identify', read: 'verify', verify: 'verify', erase: 'erase' } as const;

async function carryOut(job: BoardJob, contact: Contact, onBytes: OnBytes): Promise<Found> {
  const { session, map } = contact;
  switch (job.kind) {
    case 'inspect':
      return { ...NOTHING, facts: await factsOf(contact) };
    case 'read':
      return { ...NOTHING, held: await readMemory(job, contact, onBytes) };
    case 'verify': {
      const { readback } = await verify(session, planFlash(job.image, map), onBytes);
      return { ...NOTHING, readback };
    }
    case 'erase': {
      const erased =
        job.ranges === null ? await eraseAll(contact, onBytes) : await eraseRanges(contact, job.ranges, onBytes);
      return { ...NOTHING, erased };
    }
    default:
      return job satisfies never;
  }
}

async function readMemory(
  { memory, ranges }: Extract<BoardJob, { kind: 'read' }>,
  contact: Contact,
  onBytes: OnBytes,
): Promise<Range[]> {
  const { session, port } = contact;
  const alternate = memory === 'flash' ? PROGRAMMED_ALTERNATE : alternateOf(port.device.alternates, memory);
  if (alternate === null) throw new Fault('READ_REFUSED', { memory, reason: 'the board shows no such memory' });
  await session.selectAlternate(alternate);
  const held: Range[] = [];
  for (const range of ranges ?? wholeOf(contact, alternate)) {
    requireInside(range, contact, alternate);
    held.push(await read(session, range.address, range.bytes, onBytes));
  }
  return held;
}

/** Stretches of memory that can be read, neighbours joined. */
function wholeOf({ map, port }: Contact, alternate: number): RangeInfo[] {
  const own = map.sectors.filter((sector) => sector.readable && sector.memory === map.name);
  const sectors = alternate === PROGRAMMED_ALTERNATE ? own : readableIn(port.device.alternates, alternate);
  const whole: { address: number; bytes: number }[] = [];
  for (const { address, bytes } of sectors) {
    const last = whole.at(-1);
    if (last !== undefined && last.address + last.bytes === address) last.bytes += bytes;
    else whole.push({ address, bytes });
  }
  return whole;
}

function requireInside({ address, bytes }: RangeInfo, contact: Contact, alternate: number): void {
  const isInside = wholeOf(contact, alternate).some(
    (one) => one.address <= address && address + bytes <= one.address + one.bytes,
  );
  if (!isInside) throw new Fault('READ_REFUSED', { address: hex32(address), bytes, reason: 'outside' });
}

function bytesOf(job: BoardJob, contact: Contact): number {
  if (job.kind === 'verify') return digestOf(programmed(job.image)).bytes;
  if (job.kind === 'inspect') return 0;
  return totalBytes(job.ranges ?? wholeOf(contact, PROGRAMMED_ALTERNATE));
}
