import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SharedWork } from './shared-work.ts';

/** One piece of work, as the test ends it. */
interface Piece extends PromiseWithResolvers<string> {
  readonly signal: AbortSignal;
}

function open() {
  const pieces: Piece[] = [];
  const work = new SharedWork((_key, signal) => {
    const piece = { ...Promise.withResolvers<string>(), signal };
    pieces.push(piece);
    return piece.promise;
  });
  return { work, pieces };
}

const NEVER = new AbortController().signal;

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('what fails does so for all who wait, and is begun anew for the next', async () => {
  const { work, pieces } = open();
  const all = [work.wait('a', NEVER), work.wait('a', NEVER)];
  pieces[0]?.reject(new Error('broken'));
  for (const one of all) await expect(one).rejects.toThrow('broken');
  const next = work.wait('a', NEVER);
  pieces[1]?.resolve('done');
  expect(await next).toBe('done');
});

test('different work is not shared', () => {
  const { work, pieces } = open();
  for (const key of ['a', 'b', 'a']) void work.wait(key, NEVER);
  expect(pieces).toHaveLength(2);
});

test('whoever comes and leaves: it is stopped when nobody waits any more, and not before', async () => {
  const Step = fc.tuple(fc.constantFrom('come', 'leave'), fc.nat(5));
  await fc.assert(
    fc.asyncProperty(fc.array(Step, { maxLength: 40 }), async (steps) => {
      const { work, pieces } = open();
      const here: AbortController[] = [];
      for (const [what, which] of steps) {
        if (what === 'come') {
          const leaver = new AbortController();
          here.push(leaver);
          work.wait('a', leaver.signal).catch(() => {});
        } else here.splice(which, 1)[0]?.abort();
        await turn();
        const going = pieces.filter(({ signal }) => !signal.aborted);
        expect(going).toHaveLength(here.length > 0 ? 1 : 0);
      }
    }),
    { numRuns: 50 },
  );
});
