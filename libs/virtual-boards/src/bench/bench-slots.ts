import { Fault } from '@flashline/contracts';

/** A position on the virtual bench. */
export interface BenchPlace {
  readonly path: string;
  readonly label: string;
}

const PORTS_PER_HUB = 8;
const SLOTS_MAX = 120;

/**
 * The slots of a virtual bench: hubs of eight, `1-1.1` is A1, `1-1.8` is A8, `1-2.1` is B1. Throws CONFIG_INVALID past 120.
 */
export function benchSlots(count: number): readonly BenchPlace[] {
  if (!Number.isInteger(count) || count < 1 || count > SLOTS_MAX)
    throw new Fault('CONFIG_INVALID', { field: 'slots', expected: `a whole number from 1 to ${SLOTS_MAX}` });
  return Array.from({ length: count }, (_, n) => {
    const hub = Math.floor(n / PORTS_PER_HUB);
    const port = (n % PORTS_PER_HUB) + 1;
    return { path: `1-${hub + 1}.${port}`, label: `${String.fromCharCode(65 + hub)}${port}` };
  });
}
