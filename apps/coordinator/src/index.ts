export { type Coordinator, type CoordinatorOptions, startCoordinator } from './coordinator.ts';
export type { Cancel, Time } from './time.ts';
