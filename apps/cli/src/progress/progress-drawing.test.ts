import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BoardProgress, drawProgress } from './progress-drawing.ts';

const WIDE = { columns: 80, rows: 24, hasColour: false };

function board(label: string, more: Partial<BoardProgress> = {}): BoardProgress {
  return { label, word: 'write', is: 'running', fraction: 0.5, ms: 1234, ...more };
}

const BOARD: fc.Arbitrary<BoardProgress> = fc.record({
  label: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 32 }),
  word: fc.constantFrom('waiting', 'write', 'PASS', 'FAIL VERIFY_MISMATCH'),
  is: fc.constantFrom('waiting', 'running', 'good', 'bad'),
  fraction: fc.double({ min: 0, max: 1, noNaN: true }),
  ms: fc.nat(600_000),
});

test('each board has a line: label, bar, percent, what it is at, seconds', () => {
  const boards = [
    board('A1', { fraction: 0 }),
    board('A2'),
    board('A10', { word: 'PASS', is: 'good', fraction: 0.99, ms: 12_345 }),
    board('B1', { word: 'FAIL BOARD_GONE', is: 'bad', fraction: 0.21 }),
  ];
  expect(drawProgress(boards, WIDE)).toEqual([
    'A1   ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░    0 %  write              1.2 s',
    'A2   ███████████████░░░░░░░░░░░░░░░   50 %  write              1.2 s',
    'A10  ██████████████████████████████  100 %  PASS              12.3 s',
    'B1   ██████░░░░░░░░░░░░░░░░░░░░░░░░   21 %  FAIL BOARD_GONE    1.2 s',
  ]);
});

test('boards that do not fit the screen are counted by what they are at', () => {
  const boards = Array.from({ length: 64 }, (_, n) =>
    board(`A${n + 1}`, n < 60 ? {} : n < 62 ? { word: 'erase', fraction: 0.1 } : { word: 'PASS', is: 'good' }),
  );
  expect(drawProgress(boards, { ...WIDE, rows: 20 })).toEqual([
    '64 boards  ███████████████░░░░░░░░░░░░░░░   50 %    1.2 s',
    '60  write  A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A…',
    ' 2  erase  A61 A62',
    ' 2  PASS   A63 A64',
  ]);
});

test('the line below the last board belongs to the cursor', () => {
  const boards = [board('A1'), board('A2'), board('A3')];
  expect(drawProgress(boards, { ...WIDE, rows: 4 })).toHaveLength(3);
  expect(drawProgress(boards, { ...WIDE, rows: 3 })[0]).toMatch(/^3 boards/);
});

test('the last percent waits: of one board until it is proven, of all until the last has ended', () => {
  const full = board('A1', { fraction: 1 });
  expect(drawProgress([full], WIDE)[0]).toContain('99 %');
  expect(drawProgress([full, full], { ...WIDE, rows: 2 })[0]).toContain('99 %');
  const ended = [board('A1', { is: 'good' }), board('A2', { is: 'bad', fraction: 0.1 })];
  expect(drawProgress(ended, { ...WIDE, rows: 2 })[0]).toContain('100 %');
});

test('colour says good and bad, and only where it is wanted', () => {
  const boards = [board('A1', { is: 'good' }), board('A2', { is: 'bad' }), board('A3')];
  const [good = '', bad = '', running = ''] = drawProgress(boards, { ...WIDE, hasColour: true });
  expect(good.startsWith('\u001b[32m')).toBe(true);
  expect(bad.startsWith('\u001b[31m')).toBe(true);
  expect(running).not.toContain('\u001b');
  expect([good, bad, running].map(stripVTControlCharacters)).toEqual(drawProgress(boards, WIDE));
});

describe('whatever the boards and the screen', () => {
  const screens = fc.record({
    columns: fc.integer({ min: 1, max: 200 }),
    rows: fc.integer({ min: 1, max: 80 }),
    hasColour: fc.constant(false),
  });

  test('nothing is wider or higher than the screen', () => {
    fc.assert(
      fc.property(fc.array(BOARD, { minLength: 1, maxLength: 64 }), screens, (boards, screen) => {
        const lines = drawProgress(boards, screen);
        expect(lines.length).toBeGreaterThan(0);
        expect(lines.length).toBeLessThanOrEqual(Math.max(1, screen.rows - 1));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(screen.columns);
      }),
    );
  });

  test('100 % is shown of a good board, and of no other', () => {
    fc.assert(
      fc.property(BOARD, (one) => {
        const [line = ''] = drawProgress([one], { columns: 120, rows: 24, hasColour: false });
        expect(line.includes('100 %')).toBe(one.is === 'good');
      }),
    );
  });
});
