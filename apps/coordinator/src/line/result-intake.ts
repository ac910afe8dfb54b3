import {
  type Assignment,
  type Attempt,
  type AttemptResult,
  CHANNELS,
  type Digest,
  momentOf,
  ResultReport,
  type WorkerCommand,
} from '@flashline/contracts';
import type { Queue } from '@flashline/queue';
import type { Ledger } from '@flashline/store';
import type { Logger } from 'pino';
import type { Time } from '../time.ts';
import type { RecordGuard } from './record-guard.ts';

/** What the intake stands on. */
export interface ResultIntakeParts {
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly guard: RecordGuard;
  readonly time: Time;
  readonly log: Logger;
  /** Told once for every attempt, after its result was committed. */
  readonly onRecorded: (attempt: Attempt) => void;
}

/** Takes results into the ledger. A worker sends each until it hears that it is recorded, so every one is answered. */
export class ResultIntake {
  readonly #parts: ResultIntakeParts;

  constructor(parts: ResultIntakeParts) {
    this.#parts = parts;
  }

  /** Never rejects: what was not recorded is not acknowledged, and comes again. */
  async take(data: unknown): Promise<void> {
    const { log, queue, onRecorded } = this.#parts;
    const { data: report, error } = ResultReport.safeParse(data);
    if (report === undefined || report.assignment.attemptId !== report.result.attemptId) {
      log.error({ issues: error?.issues }, 'a result that makes no sense was dropped');
      return;
    }
    const recorded = this.#record(report);
    if (recorded === null) return;
    const { attemptId } = recorded.attempt;
    if (recorded.fresh) onRecorded(recorded.attempt);
    const command: WorkerCommand = { on: 'recorded', attemptIds: [attemptId] };
    await queue.broadcast(CHANNELS.commands(report.station), command);
  }

  #record({ assignment, result }: ResultReport): ReturnType<Ledger['record']> | null {
    const { ledger, guard, time, log } = this.#parts;
    try {
      return guard.write(() => {
        const assigned = ledger.attempt(assignment.attemptId) ?? assignment;
        return ledger.record(assignment, judge(assigned, result), momentOf(time.epochMs()));
      });
    } catch (err) {
      log.error({ err, attemptId: assignment.attemptId }, 'a result could not be recorded');
      return null;
    }
  }
}

/** No pass without proof: what was read back must equal what was assigned, whatever the worker says. */
export function judge({ intended }: Pick<Assignment, 'intended'>, result: AttemptResult): AttemptResult {
  const { outcome, readback } = result;
  if (outcome !== 'pass' || (readback !== null && proves(readback, intended))) return result;
  const faultDetails = { reason: 'a pass was reported without its proof', intended: intended.sha256 };
  return { ...result, outcome: 'error', fault: 'STATION_BUG', faultDetails };
}

function proves(readback: Digest, intended: Digest): boolean {
  const { bytes, crc32, sha256 } = intended;
  return bytes > 0 && readback.bytes === bytes && readback.crc32 === crc32 && readback.sha256 === sha256;
}
