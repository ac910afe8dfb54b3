import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OnePort } from '../testing/one-port.ts';
import { NEVER_BACK_MS, RESCAN_MS, type Reset, type Step, type Swap, type Work } from '../testing/port-steps.ts';
import type { End } from './aftermath.ts';
import { DROPPED_MS_MAX, ENUMERATED_MS_MAX, RESET_MS_MAX } from './same-board.ts';

const PASS: End = { outcome: 'pass', fault: null, resets: false, cameUp: false };
const FAIL: End = { ...PASS, outcome: 'fail', fault: 'VERIFY_MISMATCH' };
const CRASH: End = { ...PASS, outcome: 'error', fault: 'HOST_CRASHED' };

/** No udevd is later. */
const LATE_MS_MAX = 30_000;
const ms = (max: number, min = 0) => fc.integer({ min, max });
const loaderMs = fc.oneof(fc.constant(0), ms(8_000, 100));
const swap: fc.Arbitrary<Swap> = fc.record({
  do: fc.constant('swap'),
  mode: fc.constantFrom('dfu', 'application'),
  isMute: fc.constantFrom(false, false, true),
  // No hand is faster than a reset may take.
  gapMs: fc.oneof({ weight: 3, arbitrary: ms(12_000, RESET_MS_MAX) }, ms(2 * NEVER_BACK_MS, NEVER_BACK_MS + 1)),
});
const reset: fc.Arbitrary<Reset> = fc.record({ do: fc.constant('reset'), awayMs: ms(9_000, 50) });
const work: fc.Arbitrary<Work> = fc.record({
  end: fc.constantFrom(PASS, FAIL, CRASH),
  resetsMs: fc.oneof(fc.constant([]), fc.array(ms(9_000, 50), { maxLength: 2 })),
  upAfterMs: ms(9_000, 50),
  loaderMs,
  keptAfterMs: fc.oneof(fc.constant(0), ms(9_000)),
});
const flash = work.map((one): Step => ({ do: 'flash', ...one }));
const ask: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('ask'),
  obeysAfterMs: ms(2_000),
  awayMs: ms(5_000, 50),
  givenUpAfterMs: ms(8_000),
  meanwhile: fc.oneof<fc.Arbitrary<Swap | Reset | null>[]>(fc.constant(null), swap, reset),
  work,
});
const brownOut: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('brown out'),
  awayMs: ms(DROPPED_MS_MAX - RESCAN_MS, 50),
  keptAfterMs: fc.oneof(fc.constant(0), ms(9_000)),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: swap },
  { weight: 3, arbitrary: flash },
  { weight: 3, arbitrary: ask },
  brownOut,
  ms(20_000).map((waited): Step => ({ do: 'wait', ms: waited })),
  fc.record({ do: fc.constant('restart' as const), awayMs: ms(RESET_MS_MAX - 100, 50), loaderMs }),
  fc.record({
    do: fc.constant('drop hub' as const),
    offMs: ms(100_000, 100),
    upAfterMs: ms(ENUMERATED_MS_MAX - RESCAN_MS, 100),
    isJumperSet: fc.boolean(),
  }),
  ms(ENUMERATED_MS_MAX - RESCAN_MS).map((missesMs): Step => ({ do: 'restart station', missesMs })),
  fc.record({
    do: fc.constant('delay' as const),
    lagMs: fc.oneof(fc.constant(0), ms(3_000)),
    lateMs: fc.oneof(fc.constant(0), ms(LATE_MS_MAX)),
  }),
  fc.constant<Step>({ do: 'miss' }),
  ms(12_000, RESET_MS_MAX).map((gapMs): Step => ({ do: 'plug stick', gapMs })),
);
/** Every game has so many of these on the average, at least: what never comes to pass is not shown. */
const PER_GAME = { looks: 5, newcomers: 0.5, flashes: 0.5, asked: 0.2, refused: 0.02, tired: 0.02 } as const;
const GAMES = 10_000;

test('no verdict is shown on another board, no board that stayed is worked on twice by itself, and nobody new waits for a person', () => {
  const ports: OnePort[] = [];
  fc.assert(
    fc.property(fc.array(step, { minLength: 8, maxLength: 30, size: 'max' }), (steps) => {
      const port = new OnePort();
      ports.push(port);
      for (const one of steps) port.take(one);
    }),
    { numRuns: GAMES },
  );
  for (const [what, perGame] of Object.entries(PER_GAME) as [keyof typeof PER_GAME, number][]) {
    const sum = ports.reduce((so, { counted }) => so + counted[what], 0);
    expect(sum / ports.length, what).toBeGreaterThan(perGame);
  }
});
