export { type AttemptContext, type AttemptReport, runAttempt } from './attempt.ts';
export { systemClock } from './clock.ts';
export type { Seated } from './contact.ts';
export { enterBootloader } from './firmware/enter-bootloader.ts';
export type { Firmware } from './firmware/firmware.ts';
export type { FlashRequest, Trust } from './flash.ts';
export type { BoardFacts } from './jobs/board-facts.ts';
export { type BoardJob, type BoardJobReport, runBoardJob } from './jobs/board-job.ts';
export { type MemoryMap, parseMemoryMap, type Sector } from './memory-map.ts';
export { findPart } from './part-match.ts';
export { FirmwareBook } from './phases/firmware-book.ts';
export { PHASE_LIMITS, type PhaseLimits } from './phases/limits.ts';
export type { Locked } from './phases/lock.ts';
export type { Progress } from './phases/track.ts';
export { type BoardRecipe, type FlashPlan, planFlash } from './plan/flash-plan.ts';
export { covers } from './plan/rescue.ts';
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
export { PaceBook } from './protocol/pace-book.ts';
export { FAULT_OF_TROUBLE } from './protocol/trouble.ts';
