import {
  type BoardIdentity,
  type Digest,
  type FaultCode,
  type FaultDetails,
  type Outcome,
  outcomeOf,
  type PhaseRecord,
} from '@flashline/contracts';
import { digestOf, programmed } from '@flashline/firmware';
import { type FlashRequest, flash, type KnownSoFar } from './flash.ts';
import { PHASE_LIMITS, type PhaseLimits } from './phases/limits.ts';
import { PhaseTrack, type Progress } from './phases/track.ts';
import { PROGRAMMED_ALTERNATE } from './plan.ts';
import type { Clock, DfuBus } from './port.ts';
import { Bounds } from './protocol/bounds.ts';
import { faultAt } from './protocol/trouble.ts';

/** What an attempt runs in. Aborting the signal with a Fault ends the attempt with it, with anything else as CANCELLED. */
export interface AttemptContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly limits?: Partial<PhaseLimits>;
}

/** How an attempt went. */
export interface AttemptReport {
  readonly outcome: Outcome;
  readonly fault: FaultCode | null;
  readonly faultDetails: FaultDetails | null;
  /** Null when the board could not be opened. */
  readonly board: BoardIdentity | null;
  readonly intended: Digest;
  /** Null unless every byte was read back equal. */
  readonly readback: Digest | null;
  readonly phases: readonly PhaseRecord[];
  readonly transfers: number;
}

/** Flashes the board at `path`, proves it and sees it leave. Never rejects: every failure is a fault in the report. */
export async function runAttempt(
  bus: DfuBus,
  path: string,
  request: FlashRequest,
  context: AttemptContext,
): Promise<AttemptReport> {
  const bounds = new Bounds(context.clock, context.signal);
  const track = new PhaseTrack(bounds, context.onProgress);
  const known: KnownSoFar = { board: null, readback: null, transfers: 0 };
  const limits = { ...PHASE_LIMITS, ...context.limits };
  const intended = digestOf(programmed(request.image, PROGRAMMED_ALTERNATE));
  try {
    const { readback } = await flash({ bus, path, request, limits, bounds, track, known });
    return { outcome: 'pass', fault: null, faultDetails: null, ...known, intended, readback, phases: track.records };
  } catch (thrown) {
    const { code, details } = faultAt(thrown, {});
    return { outcome: outcomeOf(code), fault: code, faultDetails: details, ...known, intended, phases: track.records };
  }
}
