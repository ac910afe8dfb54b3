import { ATTEMPT_MUTATIONS } from './attempt-mutations.ts';
import type { Mutation } from './mutation.ts';
import type { Group } from './page.ts';
import { PLAN_MUTATIONS } from './plan-mutations.ts';
import { PROTOCOL_MUTATIONS } from './protocol-mutations.ts';

/** Everything that is done to the engine, in the order of the page. */
export const GROUPS: readonly Group[] = [
  { title: 'What is erased, written and locked', mutations: PLAN_MUTATIONS },
  { title: 'How the device is talked to', mutations: PROTOCOL_MUTATIONS },
  { title: 'What an attempt and a board job make of it', mutations: ATTEMPT_MUTATIONS },
];

/** The same in one list; a mutation is known by its place in it, counted from 1. */
export const MUTATIONS: readonly Mutation[] = GROUPS.flatMap(({ mutations }) => mutations);
