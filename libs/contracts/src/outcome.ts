import { z } from 'zod';
import { FAULTS, type FaultCode } from './faults/faults.ts';

/** How an attempt ended. `fail` is the board, `error` is the station or the order, `aborted` is a person. */
export const Outcome = z.enum(['pass', 'fail', 'error', 'aborted']);
export type Outcome = z.infer<typeof Outcome>;

/** The phases of an attempt, in their order; `enter` only of boards that ran their firmware. */
export const PHASES = ['enter', 'identify', 'plan', 'erase', 'write', 'verify', 'lock', 'leave', 'confirm'] as const;
export const PhaseName = z.enum(PHASES);
export type PhaseName = z.infer<typeof PhaseName>;

/** One finished phase. `ms` is monotonic time, `bytes` what it erased, wrote or read. */
export const PhaseRecord = z.strictObject({
  name: PhaseName,
  ms: z.number().nonnegative(),
  bytes: z.int().nonnegative(),
});
export type PhaseRecord = z.infer<typeof PhaseRecord>;

const OUTCOME_OF_BLAME = {
  board: 'fail',
  station: 'error',
  order: 'error',
  request: 'error',
  person: 'aborted',
} as const;

/** The outcome a fault leads to. There is no fault that leads to a pass. */
export function outcomeOf(fault: FaultCode): Exclude<Outcome, 'pass'> {
  return OUTCOME_OF_BLAME[FAULTS[fault].blames];
}
