import type { RangeInfo } from '@flashline/contracts';
import type { FlashPlan } from '../plan/flash-plan.ts';
import type { FlashWork } from '../plan/work.ts';

/** How long the phases of an attempt may take. A board ten times slower than the datasheet still gets through. */
export interface PhaseLimits {
  readonly identifyMs: number;
  /** Granted to each phase that follows, on top of what its size earns; a board that does not answer is found out sooner. */
  readonly baseMs: number;
  readonly erasePerSectorMs: number;
  readonly erasePerKibMs: number;
  readonly massEraseMs: number;
  readonly writePerKibMs: number;
  readonly verifyPerKibMs: number;
  /** How long a board may take to come back by itself: after a mass erase and a reset, or a reset alone. */
  readonly returnMs: number;
  /** How long a board may stay in its bootloader after it was told to leave. */
  readonly confirmMs: number;
  /** How long a board that vanished is watched: with BOOT0 held it comes straight back in its bootloader. */
  readonly reappearMs: number;
  /** The same, as long as nobody knows whether its firmware shows itself on USB. */
  readonly firmwareMs: number;
  /** The same, when the firmware of other boards did. */
  readonly knownFirmwareMs: number;
}

/**
 * F4 and F7 take up to 4 s for a sector of 128 KiB and 32 s for everything; dfu-util writes 8 KiB/s where polls lie; CubeProgrammer
 * reads 20 KiB/s.
 */
export const PHASE_LIMITS: PhaseLimits = {
  identifyMs: 20_000,
  baseMs: 20_000,
  erasePerSectorMs: 500,
  erasePerKibMs: 100,
  massEraseMs: 120_000,
  writePerKibMs: 500,
  verifyPerKibMs: 200,
  returnMs: 60_000,
  confirmMs: 8_000,
  reappearMs: 1_500,
  firmwareMs: 4_000,
  knownFirmwareMs: 10_000,
};

/** How long looking at a board may take before anything is decided, in milliseconds: all these bytes may have to be read. */
export function planLimitMs(bytes: number, limits: PhaseLimits): number {
  return limits.baseMs + (bytes / 1024) * limits.verifyPerKibMs;
}

/** The limits of the phases whose work is decided by now, in milliseconds. */
export function workLimitsMs(
  plan: FlashPlan,
  { erase: { kind, sectors, bytes } }: FlashWork,
  limits: PhaseLimits,
): Record<'erase' | 'write' | 'verify', number> {
  const kib = (plan.bytes + totalBytes(plan.preserve)) / 1024;
  const eraseMs = sectors.length * limits.erasePerSectorMs + (bytes / 1024) * limits.erasePerKibMs;
  return {
    erase: limits.baseMs + (kind === 'mass' ? limits.massEraseMs : eraseMs),
    write: limits.baseMs + kib * limits.writePerKibMs,
    verify: limits.baseMs + kib * limits.verifyPerKibMs,
  };
}

/** Bytes of ranges, together. */
export function totalBytes(ranges: readonly RangeInfo[]): number {
  return ranges.reduce((sum, { bytes }) => sum + bytes, 0);
}
