/**
 * Monotonic milliseconds that all processes of this computer count alike (uv_hrtime: CLOCK_MONOTONIC, mach_absolute_time,
 * QueryPerformanceCounter). A message says with it when something was, however late it is read.
 */
export function computerMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A moment of `computerMs` as `performance.now()` of this process had it. */
export function hereMs(moment: number): number {
  return performance.now() - (computerMs() - moment);
}
