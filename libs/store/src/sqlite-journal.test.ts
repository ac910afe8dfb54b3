import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { Journal } from './journal.ts';
import { openJournal } from './sqlite-journal.ts';
import { temporaryFolder, thrownBy } from './testing/ledgers.ts';
import { AT, assignment, fail, job, LATER, pass, report, seat } from './testing/samples.ts';

const ONE = assignment(1);
const TWO = assignment(2);

function openIn(folder: string): Journal {
  return openJournal(folder);
}

test('an attempt begins once: the second time the board must not be touched', () => {
  const journal = openIn(temporaryFolder());
  expect(journal.begin(job(ONE), seat(ONE), AT)).toBe(true);
  expect(journal.begin(job(ONE), seat(ONE), LATER)).toBe(false);
  expect(journal.look(ONE.attemptId)).toEqual({ is: 'begun', job: job(ONE) });
  journal.close();
});

test('what was begun and not ended is found after a restart, oldest first', () => {
  const folder = temporaryFolder();
  const journal = openIn(folder);
  for (const each of [assignment(3), TWO, ONE]) journal.begin(job(each), seat(each), AT);
  journal.end(report(TWO), LATER);
  journal.close();
  const again = openIn(folder);
  expect(again.begun()).toEqual([job(assignment(3)), job(ONE)]);
  again.close();
});

test('the first result stays, and the journal gives it back', () => {
  const journal = openIn(temporaryFolder());
  journal.begin(job(ONE), seat(ONE), AT);
  const failed = report(ONE, fail(ONE));
  expect(journal.end(failed, AT)).toEqual(failed);
  expect(journal.end(report(ONE), LATER)).toEqual(failed);
  expect(journal.look(ONE.attemptId)).toEqual({ is: 'ended', report: failed });
  expect(journal.outbox(10)).toEqual([failed]);
  journal.close();
});

test('a job that was refused before it began has a result, and never begins', () => {
  const journal = openIn(temporaryFolder());
  const refused = report(ONE, fail(ONE, { outcome: 'error', fault: 'SEATING_ENDED' }));
  journal.end(refused, AT);
  expect(journal.begin(job(ONE), seat(ONE), LATER)).toBe(false);
  expect(journal.begun()).toEqual([]);
  journal.close();
});

test('the outbox keeps results in their order until they are acknowledged, over restarts', () => {
  const folder = temporaryFolder();
  const journal = openIn(folder);
  for (const each of [TWO, ONE, assignment(3)]) journal.end(report(each), AT);
  expect(journal.outbox(2)).toEqual([report(TWO), report(ONE)]);
  journal.acknowledge([TWO.attemptId], LATER);
  journal.close();
  const again = openIn(folder);
  expect(again.outbox(10)).toEqual([report(ONE), report(assignment(3))]);
  again.close();
});

test('acknowledging twice, or what is not known, changes nothing; what is acknowledged is still found', () => {
  const journal = openIn(temporaryFolder());
  journal.end(report(ONE), AT);
  journal.acknowledge([ONE.attemptId, ONE.attemptId, TWO.attemptId], LATER);
  journal.acknowledge([ONE.attemptId], LATER);
  expect(journal.outbox(10)).toEqual([]);
  expect(journal.look(ONE.attemptId)).toEqual({ is: 'ended', report: report(ONE) });
  expect(journal.end(report(ONE, fail(ONE)), LATER)).toEqual(report(ONE));
  expect(journal.outbox(10)).toEqual([]);
  journal.close();
});

test('what is not known is unknown', () => {
  const journal = openIn(temporaryFolder());
  expect(journal.look(ONE.attemptId)).toEqual({ is: 'unknown' });
  journal.close();
});

test.each([
  ['another read-back', { readback: { ...ONE.intended, sha256: 'cd'.repeat(32) } }],
  ['no read-back', { readback: null }],
])('a pass with %s is not kept', (_, differences) => {
  const journal = openIn(temporaryFolder());
  journal.begin(job(ONE), seat(ONE), AT);
  expect(thrownBy(() => journal.end(report(ONE, pass(ONE, differences)), AT))).toMatchObject({
    code: 'RECORD_FAILED',
    details: { attemptId: ONE.attemptId },
  });
  expect(journal.look(ONE.attemptId).is).toBe('begun');
  expect(journal.outbox(10)).toEqual([]);
  journal.close();
});

test.each([
  `update begun set slot = '9-9'`,
  'delete from begun',
  'insert or replace into begun select * from begun',
  `insert into begun select null, attempt_id, 's', '1-1', 'x', report, ended_at from ended where attempt_id = '${TWO.attemptId}'`,
  'update begun_board set usb_serial = null',
  'delete from begun_board',
  'insert or replace into begun_board select * from begun_board',
  `update ended set outcome = 'pass'`,
  'delete from ended',
  'insert or replace into ended select * from ended',
  `update acknowledged set acknowledged_at = '${LATER}'`,
  'delete from acknowledged',
  'insert or replace into acknowledged select * from acknowledged',
])('a shell with everything switched off is refused: %s', (sql) => {
  const folder = temporaryFolder();
  const journal = openIn(folder);
  journal.begin(job(ONE), seat(ONE), AT);
  journal.end(report(ONE), AT);
  journal.acknowledge([ONE.attemptId], AT);
  journal.end(report(TWO), AT);
  journal.close();
  const shell = new Database(join(folder, 'journal.db'));
  shell.pragma('recursive_triggers = 0');
  shell.pragma('foreign_keys = 0');
  expect(() => shell.exec(sql)).toThrow(/append-only|already known/);
  shell.close();
});

test('a row that makes no sense any more is DATA_DAMAGED', () => {
  const folder = temporaryFolder();
  const journal = openIn(folder);
  journal.end(report(ONE), AT);
  journal.close();
  const shell = new Database(join(folder, 'journal.db'));
  shell.exec(`drop trigger ended_update; update ended set report = json_remove(report, '$.station')`);
  shell.close();
  const again = openIn(folder);
  expect(thrownBy(() => again.look(ONE.attemptId))).toMatchObject({ code: 'DATA_DAMAGED' });
  again.close();
});

test('a worker that starts again knows where the board of each slot sat last', () => {
  const journal = openIn(temporaryFolder());
  journal.begin(job(ONE), seat(ONE), AT);
  expect(journal.seats()).toEqual([seat(ONE)]);
  journal.move({ ...seat(ONE), address: 8 });
  expect(journal.seats()).toEqual([{ ...seat(ONE), address: 8 }]);
  journal.close();
});
