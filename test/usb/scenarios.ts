import type { Scenario } from './machine/job.ts';

/** What the lane runs, in this order: each is a program below scenarios/. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'smoke', says: 'kernel, udevd, Node.js and the USB library are up', limitSeconds: 120 },
  { name: 'boards', says: 'virtual boards are USB devices to the kernel, to dfu-util and to us', limitSeconds: 120 },
  { name: 'dfu-util', says: 'dfu-util and the engine read back what the other wrote', limitSeconds: 180 },
  { name: 'side-by-side', says: 'dfu-util and the engine on equal boards', limitSeconds: 300 },
  { name: 'many', says: 'one, eight and thirty boards at once', limitSeconds: 300 },
  { name: 'unplug', says: 'boards that leave at fifty random moments hurt nobody else', limitSeconds: 300 },
  { name: 'stranger', says: 'a keyboard and a memory stick are left alone', limitSeconds: 180 },
];
