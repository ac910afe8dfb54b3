import { text } from 'node:stream/consumers';
import type { Turn } from '../machine/job.ts';

let turn: Promise<Turn> | null = null;

/** Resolves when it is the turn of this scenario, with what it finds then. Its process is started while the one before it runs. */
export function myTurn(): Promise<Turn> {
  turn ??= text(process.stdin).then((told) => JSON.parse(told) as Turn);
  return turn;
}
