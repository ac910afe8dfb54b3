import { once } from 'node:events';
import { ApplicationCheck, Fault, PLAIN_ORDER_RECIPE } from '@flashline/contracts';
import type { Journal } from '@flashline/store';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Ending } from './ending.ts';
import { Starts } from './slots/starts.ts';
import {
  AT,
  AttemptsScene,
  attemptId,
  DEVICE,
  INTENDED,
  PASS,
  SIGNAL,
  SLOT,
  seatFor,
} from './testing/attempts-scene.ts';

let scene: AttemptsScene;

beforeEach(() => {
  scene = new AttemptsScene();
});
afterEach(() => scene.close());

describe('a job', () => {
  test('is journalled before the board is touched, and its result is kept', async () => {
    let journalled: string | null = null;
    scene.ending = async () => {
      journalled = scene.journal.look(attemptId(1)).is;
      return PASS;
    };
    await scene.attempts().run(scene.job(1), SIGNAL);
    expect(journalled).toBe('begun');
    expect(scene.kept(1)).toMatchObject({ outcome: 'pass', fault: null });
    expect(scene.bench.state(SLOT).is).toBe('ended');
  });

  test('that is delivered again touches no board, and its result is sent again', async () => {
    const one = scene.attempts();
    const first = scene.job(1);
    await one.run(first, SIGNAL);
    await one.run(first, SIGNAL);
    expect(scene.flashes).toEqual([attemptId(1)]);
    expect(scene.askedAgain).toEqual([attemptId(1)]);
  });

  test('that is delivered twice at once touches the board once', async () => {
    const started = Promise.withResolvers<Ending>();
    scene.ending = () => started.promise;
    const one = scene.attempts();
    const both = [one.run(scene.job(1), SIGNAL), one.run(scene.job(1), SIGNAL)];
    started.resolve(PASS);
    await Promise.all(both);
    expect(scene.flashes).toEqual([attemptId(1)]);
    expect(scene.kept(1)).toMatchObject({ outcome: 'pass' });
  });

  test('for a board that has been swapped ends as an error of the station', async () => {
    const late = scene.job(1);
    scene.bench.scan([{ ...DEVICE, address: 8 }]);
    await scene.attempts().run(late, SIGNAL);
    expect(scene.flashes).toEqual([]);
    expect(scene.kept(1)).toMatchObject({ outcome: 'error', fault: 'SEATING_ENDED' });
  });

  test('that was cancelled before it began touches no board', async () => {
    const one = scene.attempts();
    one.cancel(attemptId(1));
    await one.run(scene.job(1), SIGNAL);
    expect(scene.flashes).toEqual([]);
    expect(scene.kept(1)).toMatchObject({ outcome: 'aborted', fault: 'CANCELLED' });
  });

  test('that is cancelled while its image is fetched touches no board', async () => {
    const image = Promise.withResolvers<string>();
    const one = scene.attempts({ images: () => image.promise });
    const running = one.run(scene.job(1), SIGNAL);
    one.cancel(attemptId(1));
    image.resolve('/image');
    await running;
    expect(scene.flashes).toEqual([]);
    expect(scene.kept(1)).toMatchObject({ outcome: 'aborted', fault: 'CANCELLED' });
  });

  test.each([
    ['is cancelled', 'cancel', { outcome: 'aborted', fault: 'CANCELLED' }],
    ['is to end with its worker', 'close', { outcome: 'error', fault: 'STATION_RESTARTED' }],
  ] as const)('that %s does not wait for an image that never comes', async (_, how, kept) => {
    const closing = new AbortController();
    const images = vi.fn(async (_sha256: string, signal: AbortSignal) => {
      await once(signal, 'abort');
      throw signal.reason;
    });
    const one = scene.attempts({ images });
    const running = one.run(scene.job(1), closing.signal);
    expect(images).toHaveBeenCalledOnce();
    if (how === 'cancel') one.cancel(attemptId(1));
    else closing.abort();
    await running;
    expect(scene.kept(1)).toMatchObject(kept);
  });

  test('for a board that has left fetches no image', async () => {
    const images = vi.fn(async () => '/image');
    const late = scene.job(1);
    scene.bench.scan([]);
    await scene.attempts({ images }).run(late, SIGNAL);
    expect(images).not.toHaveBeenCalled();
    expect(scene.kept(1)).toMatchObject({ fault: 'SEATING_ENDED' });
  });

  test('for a board that was swapped while it waited for its turn touches no board', async () => {
    const starts = new Starts(1);
    const enter = vi.spyOn(starts, 'enter');
    const endOther = await starts.enter(SLOT, SIGNAL);
    const running = scene.attempts({ starts }).run(scene.job(1), SIGNAL);
    await vi.waitFor(() => expect(enter).toHaveBeenCalledTimes(2));
    scene.bench.scan([{ ...DEVICE, address: 8 }]);
    endOther();
    await running;
    expect(scene.flashes).toEqual([]);
    expect(scene.kept(1)).toMatchObject({ fault: 'SEATING_ENDED' });
  });

  test('for production never runs on virtual boards', async () => {
    await scene.attempts().run(scene.job(1, { simulated: false }), SIGNAL);
    expect(scene.flashes).toEqual([]);
    expect(scene.kept(1)).toMatchObject({ outcome: 'error', fault: 'SIMULATION_MIXED' });
  });

  test('whose image cannot be had ends as an error, not as a bad board', async () => {
    const images = () => Promise.reject(new Fault('IMAGE_UNAVAILABLE'));
    await scene.attempts({ images }).run(scene.job(1), SIGNAL);
    expect(scene.kept(1)).toMatchObject({ outcome: 'error', fault: 'IMAGE_UNAVAILABLE' });
  });

  test('does not pass when something else was read back than the order intended', async () => {
    scene.ending = async () => ({ ...PASS, readback: { ...INTENDED, sha256: 'ef'.repeat(32) } });
    await scene.attempts().run(scene.job(1), SIGNAL);
    expect(scene.kept(1)).toMatchObject({ outcome: 'error', fault: 'IMAGE_UNAVAILABLE' });
  });

  test('does not pass when nothing was read back', async () => {
    scene.ending = async () => ({ ...PASS, readback: null });
    await scene.attempts().run(scene.job(1), SIGNAL);
    expect(scene.kept(1)).toMatchObject({ outcome: 'error' });
  });

  test('does not pass when nobody saw run what its recipe looks for', async () => {
    const application = ApplicationCheck.parse({});
    await scene.attempts().run({ ...scene.job(1), recipe: { ...PLAIN_ORDER_RECIPE, application } }, SIGNAL);
    expect(scene.kept(1)).toMatchObject({ outcome: 'error', fault: 'STATION_BUG' });
  });

  test('whose host dies is an error of the station', async () => {
    scene.ending = () => Promise.reject(new Fault('HOST_CRASHED'));
    await scene.attempts().run(scene.job(1), SIGNAL);
    expect(scene.kept(1)).toMatchObject({ outcome: 'error', fault: 'HOST_CRASHED' });
  });
});

describe('after a restart', () => {
  test('what was in flight ends as an error, and the board is left alone', async () => {
    const interrupted = scene.job(1);
    scene.journal.begin(interrupted, seatFor(interrupted), AT);
    const one = scene.attempts();
    one.endInterrupted();
    expect(scene.kept(1)).toMatchObject({ outcome: 'error', fault: 'STATION_RESTARTED' });
    await one.run(interrupted, SIGNAL);
    expect(scene.flashes).toEqual([]);
  });

  test('a board that never left is the same seating, one that enumerated anew may be another', () => {
    const interrupted = scene.job(1);
    const again = () => {
      const bench = scene.newBench();
      bench.remember([{ ...seatFor(interrupted), hasPassed: false }]);
      return bench;
    };
    const same = again();
    same.scan([DEVICE]);
    expect(same.state(SLOT)).toMatchObject({ is: 'ended', seating: { id: interrupted.assignment.seatingId } });
    const other = again();
    other.scan([{ ...DEVICE, address: 8 }]);
    expect(other.state(SLOT)).toMatchObject({
      is: 'waiting',
      perhapsOf: interrupted.assignment.attemptId,
    });
  });
});

test('a disk that is full holds the slot busy and is told of, until the result is kept', async () => {
  const troubles: (string | null)[] = [];
  const stop = new AbortController();
  const failing: Journal = {
    ...scene.journal,
    end: () => {
      throw new Fault('RECORD_FAILED');
    },
  };
  const run = scene
    .attempts({
      journal: failing,
      onTrouble: (fault) => {
        troubles.push(fault?.code ?? null);
        stop.abort();
      },
    })
    .run(scene.job(1), stop.signal);
  await expect(run).rejects.toMatchObject({ code: 'RECORD_FAILED' });
  expect(troubles).toEqual(['RECORD_FAILED']);
  expect(scene.bench.report()).toMatchObject([{ state: { is: 'running' } }]);
});
