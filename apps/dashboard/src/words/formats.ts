const BINARY_STEPS = [
  { unit: 'GiB', bytes: 1024 ** 3 },
  { unit: 'MiB', bytes: 1024 ** 2 },
  { unit: 'KiB', bytes: 1024 },
] as const;

/** A duration in milliseconds as people read it: `84 ms`, `5.42 s`, `2 min 05 s`. */
export function durationText(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(ms < 9_995 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** A number of bytes in the largest unit that does not hide it: `512 B`, `256 KiB`, `1.5 MiB`. */
export function bytesText(bytes: number): string {
  const step = BINARY_STEPS.find((candidate) => bytes >= candidate.bytes);
  if (step === undefined) return `${bytes} B`;
  const amount = bytes / step.bytes;
  return `${Number.isInteger(amount) ? amount : amount.toFixed(1)} ${step.unit}`;
}

/** A count with its thousands apart: `262 144`. The space is a no-break one. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u00a0');
}

/** A count and its noun: `1 board`, `3 boards`. */
export function plural(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** How fast bytes went by; null when there is nothing to say. */
export function rateText(bytes: number, ms: number): string | null {
  return bytes === 0 || ms === 0 ? null : `${bytesText(Math.round((bytes * 1000) / ms))}/s`;
}

/** The beginning of a hash, enough to tell images apart by eye. */
export function shortHash(sha256: string): string {
  return sha256.slice(0, 8);
}

/** A 16-bit number as four hex digits. */
export function hex16(number: number): string {
  return number.toString(16).padStart(4, '0');
}

/** A USB vendor and product: `0483:df11`. The contracts' own sits beside schemas and would bring all of zod with it. */
export function usbIdText(vendorId: number, productId: number): string {
  return `${hex16(vendorId)}:${hex16(productId)}`;
}

/** Date and time of a moment on the wall of this computer. `offsetMin` is minutes east of UTC. */
export function wallTime(moment: string, offsetMin: number = offsetOf(moment)): { date: string; time: string } {
  const shifted = new Date(Date.parse(moment) + offsetMin * 60_000).toISOString();
  return { date: shifted.slice(0, 10), time: shifted.slice(11, 19) };
}

/** The offset of this computer's clock at a moment, in minutes east of UTC. */
function offsetOf(moment: string): number {
  return -new Date(moment).getTimezoneOffset();
}
