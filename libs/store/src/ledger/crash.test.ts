import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startChild } from '../testing/child.ts';
import { activate, temporaryFolder } from '../testing/ledgers.ts';
import { AT, assignment, fail, uuid } from '../testing/samples.ts';
import { openLedger } from './sqlite-ledger.ts';

test('killed in the middle of a transaction, the ledger holds what was committed before and nothing else', async () => {
  const folder = temporaryFolder();
  const child = startChild(
    `import { writeSync } from 'node:fs';
     import { openDatabase } from '../sqlite/database.ts';
     import { ledgerOn } from './sqlite-ledger.ts';
     import { assignment, AT, fail } from '../testing/samples.ts';
     const connection = openDatabase(process.argv[1], 'ledger', (opened) => opened);
     const ledger = ledgerOn(connection);
     const free = (n) => assignment(n, { orderId: null });
     for (let n = 1; n <= 5; n++) ledger.record(free(n), fail(free(n)), AT);
     // With a cache this small, rows reach the file before they are committed.
     connection.pragma('cache_size = 5');
     connection.commit({}, () => {
       const insert = connection.prepare(
         "insert into attempt select null, substr(attempt_id, 1, 30) || ?, seating_id, station, ? || slot, label, order_id, " +
         "image_sha256, intended_bytes, intended_crc32, intended_sha256, unit, simulated, assigned_at, 'assigned' " +
         "from attempt where seq = 1");
       for (let n = 0; n < 3000; n++) insert.run(String(100000 + n), n + '-');
       writeSync(1, 'inside\\n');
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
     });`,
    import.meta.url,
    [folder],
  );
  expect(await child.line()).toBe('inside');
  await child.kill();
  expect(readFileSync(join(folder, 'ledger.db-wal')).length).toBeGreaterThan(500_000);
  const ledger = openLedger(folder);
  expect(ledger.check()).toMatchObject({ attempts: 5, results: 5, open: 0, problems: [] });
  ledger.close();
});

test('killed at any moment, everything that was acknowledged is there', async () => {
  const folder = temporaryFolder();
  let first = 1;
  for (const lines of [1, 37, 110]) {
    const child = startChild(
      `import { writeSync } from 'node:fs';
       import { openLedger } from './sqlite-ledger.ts';
       import { assignment, AT, fail } from '../testing/samples.ts';
       const ledger = openLedger(process.argv[1]);
       for (let n = Number(process.argv[2]); ; n++) {
         const one = assignment(n, { orderId: null, slot: '1-' + n });
         ledger.assign(one);
         writeSync(1, 'assigned ' + n + '\\n');
         ledger.record(one, fail(one), AT);
         writeSync(1, 'recorded ' + n + '\\n');
       }`,
      import.meta.url,
      [folder, String(first)],
    );
    const printed: string[] = [];
    while (printed.length < lines) printed.push(await child.line());
    await child.kill();
    printed.push(...(await child.rest()));

    const ledger = openLedger(folder);
    for (const line of printed) {
      const [what, number] = line.split(' ');
      const attempt = ledger.attempt(uuid(Number(number)));
      expect(attempt, line).not.toBeNull();
      if (what === 'recorded') expect(attempt?.result, line).not.toBeNull();
    }
    const { attempts, results, open, problems } = ledger.check();
    expect(problems).toEqual([]);
    expect(attempts).toBe(results + open);
    first = attempts + 1;
    ledger.close();
  }
});

test('a power cut at any place of the write-ahead log leaves a sound ledger with the first commits', () => {
  const folder = temporaryFolder();
  const base = openLedger(folder);
  activate(base);
  base.close();
  const writer = openLedger(folder);
  for (let n = 1; n <= 20; n++) {
    writer.assign(assignment(n));
    writer.record(assignment(n), fail(assignment(n)), AT);
  }
  const log = readFileSync(join(folder, 'ledger.db-wal'));
  const survived: number[] = [];
  for (const cut of cutsOf(log.length)) {
    const after = join(temporaryFolder(), 'after');
    mkdirSync(after);
    copyFileSync(join(folder, 'ledger.db'), join(after, 'ledger.db'));
    writeFileSync(join(after, 'ledger.db-wal'), torn(log, cut));
    const ledger = openLedger(after);
    const { attempts, results, open, problems } = ledger.check();
    expect(problems, `cut at ${cut}`).toEqual([]);
    expect(open, `cut at ${cut}`).toBe(attempts - results);
    expect([...ledger.eachAttempt({ limit: 1 })].map(({ attemptId }) => attemptId)).toEqual(
      Array.from({ length: attempts }, (_, index) => uuid(attempts - index)),
    );
    survived.push(attempts + results);
    ledger.close();
  }
  writer.close();
  expect(survived).toEqual(survived.toSorted((a, b) => a - b));
  expect(survived[0]).toBe(0);
  expect(survived.at(-1)).toBe(40);
  expect(new Set(survived).size).toBeGreaterThan(20);
});

/** Places spread over the log, most of them inside of a sector, and its end. */
function cutsOf(bytes: number): number[] {
  return [...Array.from({ length: 48 }, (_, n) => Math.floor((n * bytes) / 48) + (n % 5) * 101), bytes];
}

/** The log up to `cut`; the sector that was being written when the power went holds something else. */
function torn(log: Buffer, cut: number): Buffer {
  return cut >= log.length ? log : Buffer.concat([log.subarray(0, cut), Buffer.alloc(512, 0xa5)]);
}
