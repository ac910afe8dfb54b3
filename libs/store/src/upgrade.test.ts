import { PLAIN_ORDER_RECIPE } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { openLedger } from './ledger/sqlite-ledger.ts';
import { openJournal } from './sqlite-journal.ts';
import { oldDatabase, temporaryFolder, thrownBy } from './testing/ledgers.ts';
import {
  AT,
  assignment,
  fail,
  IMAGE,
  job,
  LATER,
  LOCKED,
  LOCKING,
  ORDER,
  pass,
  report,
  seat,
} from './testing/samples.ts';

const [ONE, TWO, THREE] = [assignment(1), assignment(2), assignment(3)];

/** The order, one attempt that passed and one in work, as version 0.1.0 wrote them: without recipes and locked memory. */
const LEDGER_ROWS = `
  insert into image values (null, '${IMAGE.sha256}', '${IMAGE.name}', '${IMAGE.format}', ${IMAGE.fileBytes},
    '${JSON.stringify(IMAGE.ranges)}', ${IMAGE.content.bytes}, '${IMAGE.content.crc32}', '${IMAGE.content.sha256}', '${AT}');
  insert into work_order values (null, '${ORDER.id}', '${ORDER.product}', '${IMAGE.sha256}', null, ${ORDER.quantity},
    ${ORDER.board.vendorId}, ${ORDER.board.productId}, null, null, 0, 'created', '${AT}', '${AT}');
  update work_order set state = 'active';
  ${[ONE, TWO].map(attemptRow).join('\n')}
  insert into phase values ('${ONE.attemptId}', 0, 'identify', 12.5, 0), ('${ONE.attemptId}', 1, 'write', 2100, 82108);
  insert into result values ('${ONE.attemptId}', 'pass', null, null, null, null, null, null, null,
    ${ONE.intended.bytes}, '${ONE.intended.crc32}', '${ONE.intended.sha256}', 523, '0.1.0', '${AT}', '${AT}', 3, '${AT}');`;

function attemptRow({ attemptId, seatingId, station, slot, label, orderId, image, intended }: typeof ONE): string {
  return `insert into attempt values (null, '${attemptId}', '${seatingId}', '${station}', '${slot}', '${label}',
    '${orderId}', '${image}', ${intended.bytes}, '${intended.crc32}', '${intended.sha256}', null, 0, '${AT}', 'assigned');`;
}

test('a ledger from before there were recipes opens: its orders are plain, its attempts locked nothing, and it is sound', () => {
  const folder = temporaryFolder();
  oldDatabase(folder, 'ledger', 3, LEDGER_ROWS);
  const ledger = openLedger(folder);
  expect(ledger.order(ORDER.id)).toMatchObject({
    ...ORDER,
    recipe: PLAIN_ORDER_RECIPE,
    counts: { good: 1, inWork: 1 },
  });
  expect(ledger.attempt(ONE.attemptId)?.result).toMatchObject({
    outcome: 'pass',
    phases: [
      { name: 'identify', ms: 12.5, bytes: 0 },
      { name: 'write', ms: 2100, bytes: 82108 },
    ],
    locked: [],
    transfers: 523,
  });
  expect(ledger.attempt(TWO.attemptId)?.result).toBeNull();
  expect(ledger.check()).toMatchObject({ orders: 1, attempts: 2, results: 1, open: 1, problems: [] });
  ledger.close();
});

test('in such a ledger the same order again is the same, one with a recipe is another, and work goes on', () => {
  const folder = temporaryFolder();
  oldDatabase(folder, 'ledger', 3, LEDGER_ROWS);
  const ledger = openLedger(folder);
  expect(ledger.createOrder(ORDER, LATER).createdAt).toBe(AT);
  expect(thrownBy(() => ledger.createOrder({ ...ORDER, recipe: LOCKING }, LATER))).toMatchObject({
    code: 'ORDER_EXISTS',
    details: { differs: 'recipe' },
  });
  const result = fail(TWO, { locked: LOCKED });
  expect(ledger.record(TWO, result, LATER).attempt.result).toEqual(result);
  expect(ledger.check().problems).toEqual([]);
  ledger.close();
});

/** One attempt that failed in its middle, and one that the end of the process interrupted, as version 0.1.0 wrote them. */
function journalRows(): string {
  const { recipe: _, ...oldJob } = job(ONE);
  const { locked: __, ...oldResult } = fail(ONE);
  const begun = [oldJob, { ...oldJob, assignment: TWO }].map(
    ({ assignment: of }) => `insert into begun values
      (null, '${of.attemptId}', 'line-1', '${of.slot}', '${of.seatingId}', '${JSON.stringify({ ...oldJob, assignment: of })}', '${AT}');`,
  );
  const ended = JSON.stringify({ ...report(ONE), result: oldResult });
  return `${begun.join('\n')} insert into ended values (null, '${ONE.attemptId}', 'fail', '${ended}', '${AT}');`;
}

test('a journal from before boards were remembered opens, and its attempts say nothing about boards', () => {
  const folder = temporaryFolder();
  oldDatabase(folder, 'journal', 1, journalRows());
  const journal = openJournal(folder);
  expect(journal.begun()).toEqual([job(TWO)]);
  expect(journal.outbox(9)).toEqual([report(ONE, fail(ONE))]);
  const { board } = seat(ONE).seating;
  expect(journal.unproven(board, LATER)).toBe('none');
  journal.end(report(TWO, fail(TWO, { outcome: 'error', fault: 'STATION_RESTARTED' })), LATER);
  expect(journal.unproven(board, LATER)).toBe('none');
  journal.begin(job(THREE), seat(THREE), LATER);
  expect(journal.unproven(board, LATER)).toBe('open');
  journal.end(report(THREE, pass(THREE)), LATER);
  expect(journal.unproven(board, LATER)).toBe('none');
  journal.close();
});
