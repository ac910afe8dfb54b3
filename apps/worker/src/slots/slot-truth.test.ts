import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OnePort, RESCAN_MS } from '../testing/one-port.ts';
import type { Step, Swap, Work } from '../testing/port-steps.ts';
import type { End } from './aftermath.ts';
import { DROPPED_MS_MAX, ENUMERATED_MS_MAX, RESET_MS_MAX } from './same-board.ts';

const PASS: End = { outcome: 'pass', fault: null, resets: false, cameUp: false };
const FAIL: End = { ...PASS, outcome: 'fail', fault: 'VERIFY_MISMATCH' };
const CRASH: End = { ...PASS, outcome: 'error', fault: 'HOST_CRASHED' };

const ms = (max: number, min = 0) => fc.integer({ min, max });
const loaderMs = fc.oneof(fc.constant(0), ms(8_000, 100));
const swap: fc.Arbitrary<Swap> = fc.record({
  do: fc.constant('swap'),
  mode: fc.constantFrom('dfu', 'application'),
  // No hand is faster than a reset may take.
  gapMs: ms(12_000, RESET_MS_MAX),
});
const work: fc.Arbitrary<Work> = fc.record({
  end: fc.constantFrom(PASS, FAIL, CRASH),
  resetsMs: fc.oneof(fc.constant([]), fc.array(ms(9_000, 50), { maxLength: 2 })),
  upAfterMs: ms(9_000, 50),
  loaderMs,
  keptAfterMs: fc.oneof(fc.constant(0), ms(9_000)),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  ms(20_000).map((waited): Step => ({ do: 'wait', ms: waited })),
  swap,
  work.map((one): Step => ({ do: 'flash', ...one })),
  fc.record({
    do: fc.constant('ask' as const),
    obeysAfterMs: ms(2_000),
    awayMs: ms(5_000, 50),
    givenUpAfterMs: ms(8_000),
    meanwhile: fc.option(swap),
    work,
  }),
  fc.record({ do: fc.constant('restart' as const), awayMs: ms(RESET_MS_MAX - 100, 50), loaderMs }),
  fc.record({
    do: fc.constant('brown out' as const),
    awayMs: ms(DROPPED_MS_MAX - RESCAN_MS, 50),
    keptAfterMs: fc.oneof(fc.constant(0), ms(9_000)),
  }),
  fc.record({
    do: fc.constant('drop hub' as const),
    offMs: ms(100_000, 100),
    upAfterMs: ms(ENUMERATED_MS_MAX - RESCAN_MS, 100),
    isJumperSet: fc.boolean(),
  }),
  ms(ENUMERATED_MS_MAX - RESCAN_MS).map((missesMs): Step => ({ do: 'restart station', missesMs })),
  fc.oneof(fc.constant(0), ms(3_000)).map((lagMs): Step => ({ do: 'lag', ms: lagMs })),
  ms(12_000, RESET_MS_MAX).map((gapMs): Step => ({ do: 'plug stick', gapMs })),
);

test('no verdict is shown on another board, and no board that stayed is worked on twice by itself, whatever hands do', () => {
  let looks = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 20 }), (steps) => {
      const port = new OnePort();
      for (const one of steps) port.take(one);
      looks += port.judged;
    }),
    { numRuns: 10_000 },
  );
  expect(looks).toBeGreaterThan(0);
});
