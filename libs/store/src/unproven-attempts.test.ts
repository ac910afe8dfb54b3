import { type AttemptResult, type FaultCode, type FlashJob, momentOf, outcomeOf, PHASES } from '@flashline/contracts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BoardName, Journal, Seat, Unproven } from './journal.ts';
import { openJournal } from './sqlite-journal.ts';
import { startChild } from './testing/child.ts';
import { memoryJournal, temporaryFolder } from './testing/ledgers.ts';
import { AT, assignment, fail, job, LOCKING, pass, report, seat } from './testing/samples.ts';

const HOUR_MS = 3_600_000;
const { board: BOARD } = seat(assignment(1)).seating;

function afterHours(hours: number): string {
  return momentOf(Date.parse(AT) + hours * HOUR_MS);
}

function seatOf(number: number, board: BoardName): Seat {
  const sample = seat(assignment(number));
  return { ...sample, seating: { ...sample.seating, board: { ...board, layout: null } } };
}

interface Run {
  readonly board?: BoardName;
  readonly at?: string;
  readonly recipe?: FlashJob['recipe'];
}

function begin(journal: Journal, number: number, { board = BOARD, at = AT, recipe }: Run = {}): void {
  const plain = job(assignment(number));
  journal.begin({ ...plain, recipe: recipe ?? plain.recipe }, seatOf(number, board), at);
}

function end(journal: Journal, number: number, result: AttemptResult = pass(assignment(number))): void {
  journal.end(report(assignment(number), result), AT);
}

/** A result that is not a pass, with these phases. */
function ended(number: number, fault: FaultCode, phases: readonly (typeof PHASES)[number][]): AttemptResult {
  const records = phases.map((name) => ({ name, ms: 1, bytes: 0 }));
  return fail(assignment(number), { outcome: outcomeOf(fault), fault, phases: records });
}

test('of a board that nobody has met, or that always passed, nothing is unproven', () => {
  const journal = memoryJournal();
  expect(journal.unproven(BOARD, AT)).toBe('none');
  begin(journal, 1);
  end(journal, 1);
  expect(journal.unproven(BOARD, AT)).toBe('none');
});

test('an attempt that has begun is unproven until it ends', () => {
  const journal = memoryJournal();
  begin(journal, 1);
  expect(journal.unproven(BOARD, AT)).toBe('open');
});

test('after a pass it is known that there was one before', () => {
  const journal = memoryJournal();
  begin(journal, 1);
  end(journal, 1, ended(1, 'BOARD_GONE', ['identify', 'plan', 'erase']));
  expect(journal.unproven(BOARD, AT)).toBe('open');
  begin(journal, 2);
  end(journal, 2);
  expect(journal.unproven(BOARD, AT)).toBe('before-a-pass');
  begin(journal, 3);
  end(journal, 3, ended(3, 'VERIFY_MISMATCH', PHASES.slice(0, 5)));
  expect(journal.unproven(BOARD, AT)).toBe('open');
});

test('a pass proves nothing about an attempt that began after it, however late it ends', () => {
  const journal = memoryJournal();
  begin(journal, 1);
  begin(journal, 2);
  end(journal, 2, ended(2, 'HOST_CRASHED', []));
  end(journal, 1);
  expect(journal.unproven(BOARD, AT)).toBe('open');
});

test.each<[FaultCode, readonly (typeof PHASES)[number][], Unproven]>([
  ['BOARD_GONE', ['identify', 'plan', 'erase'], 'open'],
  ['CANCELLED', ['identify', 'plan', 'erase', 'write'], 'open'],
  ['BOARD_GONE', ['write'], 'open'],
  ['HOST_CRASHED', [], 'open'],
  ['HOST_HUNG', [], 'open'],
  ['STATION_RESTARTED', [], 'open'],
  ['STATION_BUG', [], 'open'],
  ['BOARD_GONE', ['identify'], 'none'],
  ['IMAGE_DOES_NOT_FIT', ['identify', 'plan'], 'none'],
  ['CANCELLED', [], 'none'],
])('an attempt that ended with %s after %j leaves: %s', (fault, phases, unproven) => {
  const journal = memoryJournal();
  begin(journal, 1);
  end(journal, 1, ended(1, fault, phases));
  expect(journal.unproven(BOARD, AT)).toBe(unproven);
});

test('where the recipe unprotects, a board may be half erased before there is a phase that says so', () => {
  const journal = memoryJournal();
  begin(journal, 1, { recipe: LOCKING });
  end(journal, 1, ended(1, 'UNPROTECT_FAILED', ['identify']));
  expect(journal.unproven(BOARD, AT)).toBe('open');
});

test.each([
  ['vendor', { vendorId: 0x2e3c }],
  ['product', { productId: 1 }],
  ['version', { bcdDevice: 0x2100 }],
  ['serial', { usbSerial: 'STM33' }],
  ['lack of a serial', { usbSerial: null }],
])('a board of another %s is another board', (_, difference) => {
  const journal = memoryJournal();
  begin(journal, 1);
  expect(journal.unproven({ ...BOARD, ...difference }, AT)).toBe('none');
});

test('boards without a serial are one board', () => {
  const journal = memoryJournal();
  const board = { ...BOARD, usbSerial: null };
  begin(journal, 1, { board });
  expect(journal.unproven(board, AT)).toBe('open');
});

test('what has begun more than a day ago is told apart, and a pass since then settles it', () => {
  const journal = memoryJournal();
  begin(journal, 1);
  expect(journal.unproven(BOARD, afterHours(24))).toBe('open');
  const later = momentOf(Date.parse(afterHours(24)) + 1);
  expect(journal.unproven(BOARD, later)).toBe('open-long-ago');
  end(journal, 1, ended(1, 'HOST_HUNG', []));
  expect(journal.unproven(BOARD, later)).toBe('open-long-ago');
  begin(journal, 2, { at: later });
  end(journal, 2);
  expect(journal.unproven(BOARD, later)).toBe('none');
});

test('a clock that was set back hides nothing', () => {
  const journal = memoryJournal();
  begin(journal, 1);
  end(journal, 1, ended(1, 'HOST_HUNG', []));
  expect(journal.unproven(BOARD, afterHours(-5))).toBe('open');
  begin(journal, 2, { at: afterHours(-5) });
  end(journal, 2);
  expect(journal.unproven(BOARD, afterHours(-5))).toBe('before-a-pass');
});

test('an attempt that was refused before it began says nothing about the board', () => {
  const journal = memoryJournal();
  end(journal, 1, ended(1, 'STATION_RESTARTED', []));
  begin(journal, 1);
  expect(journal.unproven(BOARD, AT)).toBe('none');
});

test('a worker that is killed between begin and end finds what it left unproven', async () => {
  const folder = temporaryFolder();
  const child = startChild(
    `import { writeSync } from 'node:fs';
     import { openJournal } from './sqlite-journal.ts';
     import { assignment, AT, job, pass, report, seat } from './testing/samples.ts';
     const journal = openJournal(process.argv[1]);
     journal.begin(job(assignment(1)), seat(assignment(1)), AT);
     journal.end(report(assignment(1)), AT);
     journal.begin(job(assignment(2)), seat(assignment(2)), AT);
     writeSync(1, 'begun\\n');
     Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`,
    import.meta.url,
    [folder],
  );
  expect(await child.line()).toBe('begun');
  await child.kill();
  const journal = openJournal(folder);
  expect(journal.unproven(BOARD, AT)).toBe('open');
  end(journal, 2, ended(2, 'STATION_RESTARTED', []));
  expect(journal.unproven(BOARD, AT)).toBe('open');
  begin(journal, 3);
  end(journal, 3);
  expect(journal.unproven(BOARD, AT)).toBe('before-a-pass');
  journal.close();
});

/** What happens to one of three boards, of which two differ only in that one has no serial. */
const step = fc.record({
  on: fc.constantFrom('begin', 'begin', 'end', 'wait'),
  board: fc.constantFrom(BOARD, { ...BOARD, usbSerial: null }, { ...BOARD, bcdDevice: 1 }),
  /** Which of the attempts in flight ends, and how. */
  which: fc.nat(99),
  how: fc.constantFrom('pass', 'pass', 'untouched', 'touched', 'unknown'),
  hours: fc.constantFrom(1, 11, 13),
});
type How = 'pass' | 'untouched' | 'touched' | 'unknown';
interface Entry {
  readonly board: BoardName;
  readonly hour: number;
  how: How | null;
}

/** The slow, obvious answer. */
function expected(entries: readonly Entry[], board: BoardName, hour: number): Unproven {
  const same = entries.filter((entry) => entry.board === board);
  const isDoubtful = (entry: Entry) => entry.how !== 'pass' && entry.how !== 'untouched';
  const isProven = (doubt: Entry) => same.slice(same.indexOf(doubt) + 1).some(({ how }) => how === 'pass');
  const recent = same.filter((entry) => entry.hour >= hour - 24 && isDoubtful(entry));
  if (recent.length > 0) return recent.every(isProven) ? 'before-a-pass' : 'open';
  return same.filter(isDoubtful).every(isProven) ? 'none' : 'open-long-ago';
}

function resultOf(number: number, how: How): AttemptResult {
  switch (how) {
    case 'pass':
      return pass(assignment(number));
    case 'untouched':
      return ended(number, 'IMAGE_DOES_NOT_FIT', ['identify', 'plan']);
    case 'touched':
      return ended(number, 'WRITE_REFUSED', ['identify', 'plan', 'erase', 'write']);
    case 'unknown':
      return ended(number, 'HOST_HUNG', []);
    default:
      return how satisfies never;
  }
}

test('whatever begins, ends and lies between, the journal answers what a plain list of attempts answers', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const journal = memoryJournal();
      const entries: Entry[] = [];
      let hour = 0;
      for (const { on, board, which, how, hours } of steps) {
        const inFlight = entries.filter((entry) => entry.how === null);
        const entry = inFlight[which % inFlight.length];
        if (on === 'wait') hour += hours;
        if (on === 'begin') {
          entries.push({ board, hour, how: null });
          begin(journal, entries.length, { board, at: afterHours(hour) });
        }
        if (on === 'end' && entry !== undefined) {
          entry.how = how;
          const number = entries.indexOf(entry) + 1;
          end(journal, number, resultOf(number, how));
        }
        expect(journal.unproven(board, afterHours(hour))).toBe(expected(entries, board, hour));
      }
    }),
    { numRuns: 200 },
  );
});
