import { Fault, type FlashJob } from '@flashline/contracts';
import type { Seat } from '@flashline/store';
import { expect, test } from 'vitest';
import { Beginnings } from './beginnings.ts';

const job = (attemptId: string) => ({ assignment: { attemptId } }) as FlashJob;
const SEAT = {} as Seat;

/** A journal that counts its commits; jobs named `bad` cannot be written. */
function journal() {
  const told = { commits: 0, begun: [] as string[] };
  const begin = ({ assignment: { attemptId } }: FlashJob) => {
    if (attemptId === 'bad') throw new Fault('RECORD_FAILED');
    if (told.begun.includes(attemptId)) return false;
    told.begun.push(attemptId);
    return true;
  };
  const together = <T>(work: () => T): T => {
    const before = [...told.begun];
    told.commits += 1;
    try {
      return work();
    } catch (thrown) {
      told.begun = before;
      throw thrown;
    }
  };
  return { told, begin, together };
}

test('attempts that begin together share one commit, and each hears whether it is new', async () => {
  const { told, ...store } = journal();
  const beginnings = new Beginnings(store, () => '');
  const all = ['a', 'b', 'a'].map((id) => beginnings.begin(job(id), SEAT));
  expect(await Promise.all(all)).toEqual([true, true, false]);
  expect(told).toEqual({ commits: 1, begun: ['a', 'b'] });
  expect(await beginnings.begin(job('c'), SEAT)).toBe(true);
  expect(told.commits).toBe(2);
});

test('one that cannot be written fails alone', async () => {
  const { told, ...store } = journal();
  const beginnings = new Beginnings(store, () => '');
  const all = await Promise.allSettled(['a', 'bad', 'b'].map((id) => beginnings.begin(job(id), SEAT)));
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(told.begun).toEqual(['a', 'b']);
});
