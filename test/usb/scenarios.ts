import type { Scenario } from './machine/job.ts';

/** What the lane runs, in this order: each is a program below scenarios/. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'smoke', says: 'kernel, udevd, Node.js and the USB library are up', limitSeconds: 120 },
  { name: 'timing', says: '', limitSeconds: 300 },
];
