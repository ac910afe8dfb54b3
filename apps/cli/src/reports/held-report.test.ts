import { createHash } from 'node:crypto';
import type { BoardJobReport } from '@flashline/dfuse';
import { expect, test } from 'vitest';
import { type Held, heldResult, heldText } from './held-report.ts';

const FEW = { address: 0x0800_0000, data: Uint8Array.of(0x66, 0x6c) };
const MANY = { address: 0x0800_0000, data: new Uint8Array(4097) };

function held(ranges: BoardJobReport['held'], file: string | null = null): Held {
  const nothing = { hasOwnSerial: true, facts: null, readback: null, erased: null, ms: 1, transfers: 1 };
  const fault = ranges === null ? 'BOARD_GONE' : null;
  return {
    slot: '1-1.1',
    label: 'A1',
    file,
    report: { fault, faultDetails: null, board: null, held: ranges, ...nothing },
  };
}

test('few bytes are shown, many are told by their checksums', () => {
  expect(heldText([held([FEW])])).toMatch(/^A1:\n0x08000000 {2}66 6c +fl$/);
  const sha256 = createHash('sha256').update(MANY.data).digest('hex');
  expect(heldText([held([MANY])])).toContain(`A1    read    0x08000000  0x08001000  b875d37f  ${sha256}  -`);
});

test('what is in a file is told by its checksums, however little it is', () => {
  expect(heldText([held([FEW], '/board.hex')])).toMatch(/A1 {4}read {4}0x08000000 {2}0x08000001 .* \/board\.hex$/);
});

test('a board that could not be read is told with its fault and what to do', () => {
  const text = heldText([held(null), held([FEW])]);
  expect(text).toMatch(/^A1:\n0x08000000/);
  expect(text).toMatch(/A1 {4}BOARD_GONE/);
  expect(text).toMatch(/\nBOARD_GONE: The board disappeared/);
});

test('programs get bytes where they are few and not in a file, and checksums always', () => {
  expect(heldResult(held([FEW])).ranges).toMatchObject([{ address: 0x0800_0000, bytes: 2, data: '666c' }]);
  expect(heldResult(held([FEW], '/board.hex')).ranges[0]?.data).toBeNull();
  expect(heldResult(held([MANY])).ranges[0]).toMatchObject({ data: null, bytes: 4097 });
  expect(heldResult(held(null))).toMatchObject({ slot: '1-1.1', label: 'A1', fault: 'BOARD_GONE', ranges: [] });
});
