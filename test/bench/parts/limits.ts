import type { PartSpec } from '@flashline/virtual-boards';
import { NAMED, PROMISES, REAL_DFU_UTIL } from '../promises.ts';
import type { Held } from './floor.ts';

/** What one row of the part table may cost. */
export interface Limit {
  readonly secondsMax: number;
  /** Null where transfers do not count. */
  readonly transfersMax: number | null;
  /** True for what is promised, false for the same measure on a part of which nothing is. */
  readonly isPromised: boolean;
}

/** The limit of a row, or null where there is none. */
export function limitOf(part: PartSpec, held: Held, floorSeconds: number): Limit | null {
  const secondsMax = held === 'same' ? sameSeconds(part) : ratioOf(part, held) * floorSeconds;
  if (secondsMax === null) return null;
  const transfersMax = part.name === 'F405' && held === 'used' ? PROMISES.transfersMax : null;
  return { secondsMax, transfersMax, isPromised: NAMED[part.name]?.includes(held) ?? false };
}

/** How a row is judged: in brackets where nothing is promised of the part. */
export function verdictOf(limit: Limit | null, { seconds, transfers }: { seconds: number; transfers: number }): string {
  if (limit === null) return '-';
  const isOver = seconds > limit.secondsMax || transfers > (limit.transfersMax ?? transfers);
  if (limit.isPromised) return isOver ? 'OVER' : 'ok';
  return isOver ? '(over)' : '(ok)';
}

function sameSeconds({ name }: PartSpec): number | null {
  const dfuUtil = REAL_DFU_UTIL[name];
  return dfuUtil === undefined ? null : PROMISES.sameOfDfuUtil * dfuUtil.seconds;
}

function ratioOf({ polls }: PartSpec, held: 'used' | 'blank'): number {
  const { used, usedWherePollsLie, blank } = PROMISES.ofFloor;
  if (held === 'blank') return blank;
  return polls.writeMs === 'honest' ? used : usedWherePollsLie;
}
