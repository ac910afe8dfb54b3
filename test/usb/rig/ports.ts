/** Each virtual controller has 15 ports of high speed, on a bus of odd number, and then 15 of super speed. */
const CONTROLLERS = 8;
export const PORTS_PER_BUS = 15;

/** The ports of the slots for boards. */
export const BOARD_PATHS: readonly string[] = Array.from({ length: 30 }, (_, n) => pathOf(n));
/** Where a keyboard and a memory stick sit in slots: each on a bus of its own after those of the boards. */
export const STRANGER_PATHS: readonly string[] = ['17-1', '18-1'];
/** Three port hosts: one to be killed, one to be frozen, one to be spared. */
export const SLOTS_PER_HOST = 11;

/** The path of the n-th board: one on each controller in turn, for a kernel enumerates the ports of a bus one after another. */
export function pathOf(n: number): string {
  return `${2 * (n % CONTROLLERS) + 1}-${Math.floor(n / CONTROLLERS) + 1}`;
}
