import { type Assignment, type AttemptResult, asFault, type OrderCounts, type Outcome } from '@flashline/contracts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ledger } from '../ledger.ts';
import { activeLedger } from '../testing/ledgers.ts';
import { AT, assignment, fail, ORDER, pass, uuid } from '../testing/samples.ts';

interface Step {
  readonly on: 'assign' | 'record';
  readonly attempt: number;
  readonly outcome: Outcome;
}

/** One attempt as the slow, obvious book-keeping knows it; its place in the list is its `seq`. */
interface Entry {
  readonly of: Assignment;
  outcome: Outcome | null;
}

const OUTCOMES = ['pass', 'pass', 'fail', 'error', 'aborted'] as const;
const FAULT_OF = { fail: 'VERIFY_MISMATCH', error: 'HOST_HUNG', aborted: 'CANCELLED' } as const;
const ATTEMPTS = 12;

const step: fc.Arbitrary<Step> = fc.record({
  on: fc.constantFrom('assign', 'record', 'record'),
  attempt: fc.nat(ATTEMPTS - 1),
  outcome: fc.constantFrom(...OUTCOMES),
});
/** Which of four seatings each attempt is on, and whether it is for the order. */
const cast = fc.array(fc.record({ seating: fc.nat(3), ordered: fc.constantFrom(true, true, true, false) }), {
  minLength: ATTEMPTS,
  maxLength: ATTEMPTS,
});

function resultOf(of: Assignment, outcome: Outcome): AttemptResult {
  return outcome === 'pass' ? pass(of) : fail(of, { outcome, fault: FAULT_OF[outcome] });
}

function countsOf(entries: readonly Entry[], quantity: number): OrderCounts {
  const ordered = entries.filter(({ of }) => of.orderId === ORDER.id);
  const last = new Map(ordered.filter(({ outcome }) => outcome !== null).map((entry) => [entry.of.seatingId, entry]));
  const seatings = (wanted: Outcome): number => [...last.values()].filter(({ outcome }) => outcome === wanted).length;
  const good = seatings('pass');
  return {
    good,
    bad: seatings('fail'),
    errors: seatings('error'),
    aborted: seatings('aborted'),
    inWork: ordered.filter(({ outcome }) => outcome === null).length,
    left: Math.max(0, quantity - good),
  };
}

/** The book-keeping of a line, as plain as it can be. */
class Book {
  readonly entries: Entry[] = [];
  state = 'active';

  find(attemptId: string): Entry | undefined {
    return this.entries.find(({ of }) => of.attemptId === attemptId);
  }

  assign(of: Assignment): string {
    if (this.find(of.attemptId)) return 'ok';
    if (this.entries.some(({ of: { slot }, outcome }) => slot === of.slot && outcome === null)) return 'SLOT_BUSY';
    const { good, inWork } = countsOf(this.entries, ORDER.quantity);
    if (of.orderId !== null && (this.state !== 'active' || good + inWork >= ORDER.quantity)) return 'ORDER_STATE';
    this.entries.push({ of, outcome: null });
    return 'ok';
  }

  record(of: Assignment, outcome: Outcome): string {
    const known = this.find(of.attemptId);
    if (known?.outcome) return 'known';
    if (known) known.outcome = outcome;
    else this.entries.push({ of, outcome });
    if (of.orderId !== null && countsOf(this.entries, ORDER.quantity).left === 0) this.state = 'completed';
    return 'fresh';
  }
}

function answerOf(ledger: Ledger, of: Assignment, { on, outcome }: Step): string {
  try {
    if (on === 'record') return ledger.record(of, resultOf(of, outcome), AT).fresh ? 'fresh' : 'known';
    ledger.assign(of);
    return 'ok';
  } catch (thrown) {
    return asFault(thrown).code;
  }
}

test('whatever is repeated, reordered or unheard of, the ledger says what the slow book-keeping says', () => {
  fc.assert(
    fc.property(cast, fc.array(step, { maxLength: 40 }), (parts, steps) => {
      const { ledger } = activeLedger();
      const book = new Book();
      const assignments = parts.map(({ seating, ordered }, number) =>
        assignment(number, {
          slot: `1-${seating}`,
          seatingId: uuid(500 + seating),
          orderId: ordered ? ORDER.id : null,
        }),
      );
      for (const each of steps) {
        const of = assignments[each.attempt];
        if (!of) throw new Error('a step without its attempt');
        const expected = each.on === 'assign' ? book.assign(of) : book.record(of, each.outcome);
        expect(answerOf(ledger, of, each)).toBe(expected);
      }
      expect(
        [...ledger.eachAttempt({ limit: 1 })].map(({ attemptId, result }) => [attemptId, result?.outcome]),
      ).toEqual(book.entries.map(({ of, outcome }) => [of.attemptId, outcome ?? undefined]).reverse());
      const order = ledger.order(ORDER.id);
      expect(order?.counts).toEqual(countsOf(book.entries, ORDER.quantity));
      expect(order?.state).toBe(book.state);
      expect(ledger.check().problems).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
