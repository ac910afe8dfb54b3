export { type Coordinator, type CoordinatorOptions, startCoordinator } from './coordinator.ts';
export { requireListenable } from './http/listening.ts';
export type { Cancel, Time } from './time.ts';
