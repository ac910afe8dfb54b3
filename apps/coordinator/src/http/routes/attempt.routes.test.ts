import { randomUUID } from 'node:crypto';
import { type Attempt, type AttemptPage, Fault } from '@flashline/contracts';
import type { Ledger } from '@flashline/store';
import { afterEach, expect, test } from 'vitest';
import { BenchWorker } from '../../rig/bench-worker.ts';
import { openRig, type Rig } from '../../rig/rig.ts';

let rig: Rig;
afterEach(() => rig.close());

/** Records `count` attempts, every second of them a fail. */
async function recorded(count: number): Promise<void> {
  rig = await openRig();
  await rig.startOrder(1000);
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  for (let board = 0; board < count; board++) {
    await worker.plug('1-1');
    const job = worker.jobs.at(-1);
    if (job === undefined) throw new Error('a job');
    await worker.finish(job, board % 2 === 0 ? {} : { outcome: 'fail', fault: 'VERIFY_MISMATCH' });
  }
}

test('the log is read page by page, newest first, without gaps', async () => {
  await recorded(7);
  const seen: number[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const response: Response = await rig.ask(`/attempts?limit=3${cursor && `&cursor=${cursor}`}`);
    const page = (await response.json()) as AttemptPage;
    seen.push(...page.attempts.map(({ seq }) => seq));
    cursor = page.next;
  }
  expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
});

test('filters of the log are checked, and one attempt is told in full', async () => {
  await recorded(3);
  const { attempts } = (await (await rig.ask('/attempts?outcome=fail')).json()) as AttemptPage;
  expect(attempts.map(({ result }) => result?.fault)).toEqual(['VERIFY_MISMATCH']);
  const [attempt] = attempts;
  expect(await (await rig.ask(`/attempts/${attempt?.attemptId}`)).json()).toEqual(attempt);
  for (const query of ['outcome=great', 'limit=0', 'limit=501', 'nonsense=1', 'outcome=fail&outcome=pass', 'cursor=x'])
    expect([query, (await rig.ask(`/attempts?${query}`)).status]).toEqual([query, 400]);
  expect((await rig.ask(`/attempts/${randomUUID()}`)).status).toBe(404);
});

test('the CSV holds every attempt that matches, one line each, under a header', async () => {
  await recorded(5);
  const response = await rig.ask('/attempts.csv?outcome=pass&limit=1');
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
  expect(response.headers.get('content-disposition')).toBe('attachment; filename=attempts.csv');
  const text = await response.text();
  expect(text.endsWith('\r\n')).toBe(true);
  const [header, ...lines] = text.trimEnd().split('\r\n');
  expect(lines).toHaveLength(3);
  const names = header?.split(',') ?? [];
  // Nothing in these rows is quoted, so splitting at commas is parsing.
  const row = Object.fromEntries((lines[0]?.split(',') ?? []).map((cell, index) => [names[index], cell]));
  const attempt = rig.ledger.attempts({ limit: 1, outcome: 'pass' }).attempts[0] as Attempt;
  expect(row).toMatchObject({
    attempt_id: attempt.attemptId,
    order_id: 'WO-20260131-1',
    outcome: 'pass',
    fault: '',
    vendor_id: '0483',
    product_id: 'df11',
    layout: "'@Internal Flash  /0x08000000/04*016Kg",
    identify_ms: '12.5',
    verify_bytes: '256',
    write_ms: '',
    duration_ms: '1234',
  });
});

test('bad filters of the CSV are a problem, not half a file', async () => {
  await recorded(1);
  const response = await rig.ask('/attempts.csv?outcome=great');
  expect([response.status, response.headers.get('content-type')]).toEqual([
    400,
    'application/problem+json; charset=utf-8',
  ]);
});

test('a CSV that cannot be finished is cut off, so that nobody takes it for the whole', async () => {
  const eachAttempt: Ledger['eachAttempt'] = function* () {
    yield* [];
    throw new Fault('DATA_DAMAGED');
  };
  rig = await openRig({ around: (real) => ({ ...real, eachAttempt }) });
  const read = rig.ask('/attempts.csv').then((response) => response.text());
  await expect(read).rejects.toThrow();
});
