import type { AttemptQuery } from '@flashline/contracts';
import { expect, test } from 'vitest';
import type { Ledger } from '../ledger.ts';
import { activeLedger, thrownBy } from '../testing/ledgers.ts';
import { AT, assignment, fail, LATER, ORDER, pass, uuid } from '../testing/samples.ts';

/** Attempt 1 passed, 2 failed, 3 is a station error of another order, 4 is in work. */
function fourAttempts(): Ledger {
  const { ledger } = activeLedger();
  const one = assignment(1, { unit: '100%_A', label: 'left' });
  const three = assignment(3, { orderId: null, station: 'line-2', image: '33'.repeat(32) });
  ledger.record(one, pass(one), AT);
  ledger.record(assignment(2), fail(assignment(2)), AT);
  ledger.record(three, fail(three, { outcome: 'error', fault: 'HOST_CRASHED', board: null }), AT);
  ledger.assign(assignment(4, { assignedAt: LATER, unit: '100A' }));
  return ledger;
}

function seqsOf(ledger: Ledger, query: Partial<AttemptQuery>): number[] {
  return ledger.attempts({ limit: 50, ...query }).attempts.map(({ seq }) => seq);
}

test.each<[Partial<AttemptQuery>, number[]]>([
  [{}, [4, 3, 2, 1]],
  [{ orderId: ORDER.id }, [4, 2, 1]],
  [{ station: 'line-2' }, [3]],
  [{ slot: '1-2' }, [2]],
  [{ unit: '100A' }, [4]],
  [{ outcome: 'pass' }, [1]],
  [{ outcome: 'fail' }, [2]],
  [{ outcome: 'aborted' }, []],
  [{ fault: 'HOST_CRASHED' }, [3]],
  [{ image: '33'.repeat(32) }, [3]],
  [{ since: LATER }, [4]],
  [{ until: LATER }, [3, 2, 1]],
  [{ since: AT, until: LATER, outcome: 'error' }, [3]],
  [{ search: uuid(2) }, [2]],
  [{ search: uuid(1001).toUpperCase() }, [1]],
  [{ search: uuid(2).slice(3) }, []],
  [{ search: 'WO' }, [4, 2, 1]],
  [{ search: '64C30' }, [2, 1]],
  [{ search: 'ef' }, [1]],
  [{ search: '0%_' }, [1]],
  [{ search: '%' }, [1]],
  [{ search: '_' }, [1]],
  [{ search: '\\' }, []],
])('%o finds %o', (query, seqs) => {
  const ledger = fourAttempts();
  expect(seqsOf(ledger, query)).toEqual(seqs);
  expect([...ledger.eachAttempt({ limit: 1, cursor: '2', ...query })].map(({ seq }) => seq)).toEqual(seqs);
});

test('pages follow each other without gap or overlap while attempts are added and results come in', () => {
  const ledger = fourAttempts();
  const first = ledger.attempts({ limit: 2 });
  expect(first).toMatchObject({ attempts: [{ seq: 4 }, { seq: 3 }], next: '3' });
  ledger.record(assignment(5), fail(assignment(5)), AT);
  ledger.record(assignment(4, { assignedAt: LATER, unit: '100A' }), fail(assignment(4)), AT);
  const second = ledger.attempts({ limit: 2, cursor: first.next ?? '' });
  expect(second).toMatchObject({ attempts: [{ seq: 2 }, { seq: 1 }], next: null });
});

test('a page that is exactly full is the last one', () => {
  expect(fourAttempts().attempts({ limit: 4 }).next).toBeNull();
});

test.each(['', '0', '-1', 'abc', '1e3', '1'.repeat(16)])('a cursor that nobody gave out is refused: %o', (cursor) => {
  const ledger = fourAttempts();
  expect(thrownBy(() => ledger.attempts({ limit: 2, cursor }))).toMatchObject({
    code: 'REQUEST_INVALID',
    details: { field: 'cursor' },
  });
});

test('the log can be written while somebody walks through all of it', () => {
  const { ledger } = activeLedger();
  for (let n = 1; n <= 1203; n++) ledger.record(assignment(n), fail(assignment(n)), AT);
  const seen: number[] = [];
  for (const { seq } of ledger.eachAttempt({ limit: 1 })) {
    seen.push(seq);
    if (seq === 1000) ledger.record(assignment(2000), fail(assignment(2000)), AT);
  }
  expect(seen).toEqual(Array.from({ length: 1203 }, (_, index) => 1203 - index));
});
