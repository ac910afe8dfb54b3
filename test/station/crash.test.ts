import type { Attempt, LiveEvent, SlotState } from '@flashline/contracts';
import { openLedgerReadonly } from '@flashline/store';
import { afterEach, expect, test } from 'vitest';
import { childrenOf } from '../support/children.ts';
import { Line, startOrder } from '../support/line.ts';
import { flashline } from '../support/processes.ts';

const MOMENTS = Number(process.env.MOMENTS ?? 100);
const SEED = Number(process.env.FLASHLINE_SEED ?? 20_261_122);
/** Fast enough to try many, slow enough that every phase takes its share of the time. */
const SPEED = 0.06;
const SLOTS = 3;
/** A little longer than one flash at that speed, so that some kills come after the end. */
const FLASH_MS = 700;

/** A hand needs longer than this to swap boards. */
const HANDS_MS = 900;

let line: Line;

afterEach(() => line.close());

/** mulberry32: small, seeded, good enough to choose moments. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What must hold of the board in a slot and of what the ledger says about it, whenever anybody looks. */
async function expectHonest(path: string, seating: readonly Attempt[]): Promise<void> {
  const { wear } = await line.bench.report(path);
  const mostErases = Math.max(0, ...wear.filter(({ did }) => did === 'erase').map(({ count }) => count));
  expect(mostErases, `${path} was erased again by itself`).toBeLessThanOrEqual(1);
  const passed = seating.some(({ result }) => result?.outcome === 'pass');
  if (passed) expect(await line.isFlashed(path), `${path} has a pass without its bytes`).toBe(true);
}

test(`after kill -9 at ${MOMENTS} seeded moments every attempt has one honest result and nothing was flashed twice`, {
  timeout: 1_200_000,
}, async () => {
  console.log(`crash moments: FLASHLINE_SEED=${SEED}`);
  const random = seeded(SEED);
  line = await Line.open(SLOTS, SPEED);
  let boards = 0;
  let interrupted = 0;
  let { running, client } = await line.station();
  await startOrder(client, 1_000_000);

  for (let moment = 1; moment <= MOMENTS; moment++) {
    await using stream = await client.follow();
    // Away for longer than a re-enumeration takes, so these are new seatings.
    for (const path of line.paths) await line.bench.unplug(path).catch(() => {});
    await wait(HANDS_MS);
    for (const path of line.paths) {
      boards += 1;
      await line.plug(path, { seed: boards, contents: 'used' });
    }
    await stream.until(isAnyRunning);
    await wait(random() * FLASH_MS);
    const [host] = random() < 0.3 ? childrenOf(running.child.pid, 'ports') : [];
    if (host !== undefined) process.kill(host, 'SIGKILL');
    else {
      await running.kill();
      ({ running, client } = await line.station());
    }

    // Whatever was in work is told, and the boards are left alone: also one that nobody saw leave its bootloader.
    await Promise.all(line.paths.map((path) => client.slotUntil(path, ({ state }) => isLeftAlone(state))));
    const attempts = await client.attempts(`limit=${SLOTS * 2}`);
    interrupted += attempts.filter(({ result }) => isInterrupted(result?.fault ?? null)).length;
    for (const path of line.paths) await expectHonest(path, latestSeating(attempts, path));
  }
  await running.stop();

  const verified = await flashline(['ledger', 'verify', '--json', '--data', line.folder]);
  expect(JSON.parse(verified.stdout)).toMatchObject({ isSound: true, open: 0 });
  const ledger = openLedgerReadonly(line.folder);
  const all = [...ledger.eachAttempt({ limit: 1 })];
  ledger.close();
  expect(all.length).toBeGreaterThanOrEqual(boards);
  expect(all.every(({ result }) => result !== null)).toBe(true);
  // The moments must have hit something, or this proves nothing.
  expect(interrupted).toBeGreaterThan(MOMENTS / 4);
  console.log(`${MOMENTS} kills, ${boards} boards, ${all.length} attempts, ${interrupted} interrupted`);
});

function isAnyRunning(event: LiveEvent): boolean {
  return event.on === 'slot' && event.slot.state.is === 'running';
}

function isLeftAlone(state: SlotState): boolean {
  return state.is === 'done' || (state.is === 'waiting' && state.perhapsOf !== null);
}

function isInterrupted(fault: string | null): boolean {
  return fault === 'STATION_RESTARTED' || fault === 'HOST_CRASHED';
}

function latestSeating(attempts: readonly Attempt[], path: string): Attempt[] {
  const own = attempts.filter(({ slot }) => slot === path);
  return own.filter(({ seatingId }) => seatingId === own[0]?.seatingId);
}
