import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EndStart, Starts } from './starts.ts';

const NEVER = new AbortController().signal;

/** Attempts that ask for their turn; `started` has those that got it, in order. */
function asking(starts: Starts) {
  const started: string[] = [];
  const ends = new Map<string, EndStart>();
  const ask = (path: string, signal = NEVER) =>
    starts.enter(path, signal).then((end) => {
      started.push(path);
      ends.set(path, end);
    });
  const end = async (path: string) => {
    ends.get(path)?.();
    await turn();
  };
  return { started, ask, end };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('without a number nobody waits', async () => {
  const { started, ask } = asking(new Starts());
  await Promise.all(Array.from({ length: 64 }, (_, n) => ask(`1-1.${n + 1}`)));
  expect(started).toHaveLength(64);
});

test('behind one hub so many start at a time, the others in the order in which they came', async () => {
  const { started, ask, end } = asking(new Starts(2));
  const all = ['1-1.1', '1-1.2', '1-1.3', '1-1.4'].map((path) => ask(path));
  await turn();
  expect(started).toEqual(['1-1.1', '1-1.2']);
  await end('1-1.2');
  expect(started).toEqual(['1-1.1', '1-1.2', '1-1.3']);
  await end('1-1.1');
  await Promise.all(all);
  expect(started.at(-1)).toBe('1-1.4');
});

test('hubs do not wait for each other, and the ports of a root hub are one', async () => {
  const { started, ask } = asking(new Starts(1));
  for (const path of ['1-1.1', '1-1.2', '1-2.1', '1-2.1.1', '1-1', '1-2', '2-1', '12-1']) void ask(path);
  await turn();
  expect(started).toEqual(['1-1.1', '1-2.1', '1-2.1.1', '1-1', '2-1', '12-1']);
});

test('one that is stopped while it waits gives its turn to the next', async () => {
  const { started, ask, end } = asking(new Starts(1));
  const stop = new AbortController();
  void ask('1-1.1');
  const stopped = ask('1-1.2', stop.signal);
  void ask('1-1.3');
  await turn();
  stop.abort(new Error('stopped'));
  await expect(stopped).rejects.toThrow('stopped');
  await end('1-1.1');
  expect(started).toEqual(['1-1.1', '1-1.3']);
  await expect(ask('1-1.4', stop.signal)).rejects.toThrow('stopped');
});

test('one that is stopped after it started still holds its place until it ends', async () => {
  const { started, ask, end } = asking(new Starts(1));
  const stop = new AbortController();
  await ask('1-1.1', stop.signal);
  void ask('1-1.2');
  stop.abort();
  await turn();
  expect(started).toEqual(['1-1.1']);
  await end('1-1.1');
  expect(started).toEqual(['1-1.1', '1-1.2']);
});

test('ending twice frees one place', async () => {
  const { started, ask, end } = asking(new Starts(1));
  void ask('1-1.1');
  await turn();
  for (const path of ['1-1.2', '1-1.3']) void ask(path);
  await end('1-1.1');
  await end('1-1.1');
  expect(started).toEqual(['1-1.1', '1-1.2']);
});

test('whatever is asked, stopped and ended: never too many at once, and nobody is forgotten', async () => {
  const Step = fc.tuple(fc.constantFrom('ask', 'stop', 'end'), fc.nat(5));
  await fc.assert(
    fc.asyncProperty(fc.array(Step, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), async (steps, perHub) => {
      const starts = new Starts(perHub);
      const waiting: { stop: AbortController; done: Promise<unknown> }[] = [];
      const running: EndStart[] = [];
      for (const [what, which] of steps) {
        if (what === 'ask') {
          const stop = new AbortController();
          const done = starts.enter('1-1.1', stop.signal).then(
            (end) => running.push(end),
            () => {},
          );
          waiting.push({ stop, done });
        } else if (what === 'stop') waiting[which]?.stop.abort();
        else running.splice(which, 1)[0]?.();
        await turn();
        expect(running.length).toBeLessThanOrEqual(perHub);
      }
      for (let round = 0; round <= waiting.length; round++) {
        for (const end of running.splice(0)) end();
        await turn();
      }
      await Promise.all(waiting.map(({ done }) => done));
    }),
    { numRuns: 50 },
  );
});
