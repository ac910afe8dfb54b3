import {
  type BoardIdentity,
  type Digest,
  type FaultCode,
  type FaultDetails,
  type Outcome,
  outcomeOf,
  type Part,
  type PhaseRecord,
  type RunningFirmware,
} from '@flashline/contracts';
import { digestOf, programmed, type Range } from '@flashline/firmware';
import type { Visit } from './contact.ts';
import type { Firmware } from './firmware/firmware.ts';
import { type FlashRequest, flash, PLAIN_REQUEST } from './flash.ts';
import { FirmwareBook } from './phases/firmware-book.ts';
import { PHASE_LIMITS, type PhaseLimits } from './phases/limits.ts';
import type { Locked } from './phases/lock.ts';
import { PhaseTrack, type Progress } from './phases/track.ts';
import { PROGRAMMED_ALTERNATE } from './plan/flash-plan.ts';
import type { BusDevice, Clock, DfuBus } from './port.ts';
import { Bounds } from './protocol/bounds.ts';
import { PaceBook } from './protocol/pace-book.ts';
import { faultAt } from './protocol/trouble.ts';

/** What an attempt runs in. Aborting the signal with a Fault ends the attempt with it, with anything else as CANCELLED. */
export interface AttemptContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly limits?: Partial<PhaseLimits>;
  /** What is known about parts. A board that is none of them is believed what it says, and trusted less. */
  readonly parts?: readonly Part[];
  /** What boards before this one have taught. */
  readonly paces?: PaceBook;
  /** What the firmware of boards before this one did. */
  readonly firmwares?: FirmwareBook;
  /** Told of the board, as it is listed on the bus, when it was met, and again after each reset. */
  readonly onMet?: (device: BusDevice) => void;
  /** Keeps what an erase is about to take and the recipe preserves, until the board has it again. */
  readonly onPreserved?: (ranges: readonly Range[]) => Promise<void>;
  /** Reaches the firmware of the board when it runs again. Without it no version can be asked for. */
  readonly firmware?: Firmware;
}

/** How an attempt went. */
export interface AttemptReport {
  readonly outcome: Outcome;
  readonly fault: FaultCode | null;
  readonly faultDetails: FaultDetails | null;
  /** Null when the board could not be opened. */
  readonly board: BoardIdentity | null;
  /** True when no other board reports its USB serial, as far as its part is known. */
  readonly hasOwnSerial: boolean;
  readonly intended: Digest;
  /** Null unless every byte was read back equal. */
  readonly readback: Digest | null;
  readonly phases: readonly PhaseRecord[];
  readonly transfers: number;
  /** Option bytes and OTP as they were and as they are; `after` is null, too, where a write was begun and not proven. */
  readonly locked: readonly Locked[];
  /** True when its firmware was seen on its port after it had left. */
  readonly cameUp: boolean;
  /** What was seen running at the end, where the recipe asks for it. */
  readonly application: RunningFirmware | null;
}

/** Flashes the board at `path`, proves it and sees it leave. Never rejects: every failure is a fault in the report. */
export async function runAttempt(
  bus: DfuBus,
  path: string,
  request: FlashRequest,
  context: AttemptContext,
): Promise<AttemptReport> {
  const visit = visitOf(bus, path, { seated: null, ...request }, context);
  const { known, track } = visit;
  const written = new Map<number, Locked>();
  let application: RunningFirmware | null = null;
  const intended = digestOf(programmed(request.image, PROGRAMMED_ALTERNATE));
  const job = {
    visit,
    request: { ...PLAIN_REQUEST, ...request },
    firmware: context.firmware ?? null,
    onPreserved: context.onPreserved ?? (() => Promise.resolve()),
    onLocked: (one: Locked) => void written.set(one.address, one),
    onRunning: (running: RunningFirmware) => {
      application = running;
    },
  };
  const rest = () => ({ intended, phases: track.records, locked: [...written.values()], application });
  try {
    const { readback } = await flash(job);
    return { outcome: 'pass', fault: null, faultDetails: null, ...known, readback, ...rest() };
  } catch (thrown) {
    const { code, details } = faultAt(thrown, {});
    return { outcome: outcomeOf(code), fault: code, faultDetails: details, ...known, ...rest() };
  }
}

/** A visit to one board, with everything that an attempt leaves out filled in. */
export function visitOf(
  bus: DfuBus,
  path: string,
  { board, seated, image }: Pick<Visit, 'board' | 'seated' | 'image'>,
  {
    clock,
    signal,
    onProgress,
    limits,
    parts = [],
    paces = new PaceBook(),
    firmwares = new FirmwareBook(),
    onMet = () => undefined,
  }: AttemptContext,
): Visit {
  const bounds = new Bounds(clock, signal);
  return {
    bus,
    path,
    board,
    seated,
    image,
    parts,
    paces,
    firmwares,
    limits: { ...PHASE_LIMITS, ...limits },
    bounds,
    track: new PhaseTrack(bounds, onProgress),
    known: { board: null, hasOwnSerial: false, readback: null, transfers: 0, cameUp: false },
    onMet,
  };
}
