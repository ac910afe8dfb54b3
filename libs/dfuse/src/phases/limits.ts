import type { FlashPlan } from '../plan.ts';

/** How long the phases of an attempt may take. A board ten times slower than the datasheet still gets through. */
export interface PhaseLimits {
  readonly identifyMs: number;
  /** Granted to each phase that follows, on top of what its size earns; a board that does not answer is found out sooner. */
  readonly baseMs: number;
  readonly erasePerSectorMs: number;
  readonly erasePerKibMs: number;
  readonly writePerKibMs: number;
  readonly verifyPerKibMs: number;
  /** How long a board may stay in its bootloader after it was told to leave. */
  readonly confirmMs: number;
  /** How long a board that vanished is watched: with BOOT0 held it comes straight back in its bootloader. */
  readonly reappearMs: number;
}

/** F4 and F7 take up to 4 s for a sector of 128 KiB; dfu-util writes 8 KiB/s where polls lie; CubeProgrammer reads 20 KiB/s. */
export const PHASE_LIMITS: PhaseLimits = {
  identifyMs: 20_000,
  baseMs: 20_000,
  erasePerSectorMs: 500,
  erasePerKibMs: 100,
  writePerKibMs: 500,
  verifyPerKibMs: 200,
  confirmMs: 8_000,
  reappearMs: 1_500,
};

/** The limits of the phases whose work a plan tells, in milliseconds. */
export function workLimitsMs(plan: FlashPlan, limits: PhaseLimits): Record<'erase' | 'write' | 'verify', number> {
  const kib = plan.bytes / 1024;
  const eraseKib = plan.eraseBytes / 1024;
  return {
    erase: limits.baseMs + plan.sectors.length * limits.erasePerSectorMs + eraseKib * limits.erasePerKibMs,
    write: limits.baseMs + kib * limits.writePerKibMs,
    verify: limits.baseMs + kib * limits.verifyPerKibMs,
  };
}
