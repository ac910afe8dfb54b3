export { type AttemptContext, type AttemptReport, runAttempt } from './attempt.ts';
export { systemClock } from './clock.ts';
export type { FlashRequest } from './flash.ts';
export { type MemoryMap, parseMemoryMap, type Sector } from './memory-map.ts';
export { PHASE_LIMITS, type PhaseLimits } from './phases/limits.ts';
export type { Progress } from './phases/track.ts';
export { type FlashPlan, planFlash } from './plan.ts';
export {
  type Alternate,
  type BusDevice,
  type Clock,
  type DfuBus,
  type DfuDevice,
  type DfuFunctional,
  type DfuPort,
  TransferError,
  type TransferTrouble,
} from './port.ts';
