import type { BoardFacts, BoardJobReport } from '@flashline/dfuse';
import { expect, test } from 'vitest';
import { boardSheet, describeBoard } from './board-sheet.ts';

const LAYOUT = '@Internal Flash  /0x08000000/64*0002Kg';
const BOARD = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, usbSerial: null, layout: LAYOUT };
const NAMES = { slot: '1-1.1', label: 'A1' };
const FACTS: BoardFacts = {
  board: BOARD,
  part: 'F072',
  functional: { attributes: 0x0b, detachTimeoutMs: 255, transferSize: 2048, bcdDfu: 0x011a },
  alternates: [{ alternate: 0, layout: LAYOUT }],
  layout: LAYOUT,
  isReadProtected: false,
  optionBytes: [{ address: 0x1fff_f800, data: Uint8Array.of(0xaa, 0x55) }],
  otp: null,
};

function report(facts: BoardFacts | null): BoardJobReport {
  const nothing = { hasOwnSerial: true, held: null, readback: null, erased: null, ms: 1, transfers: 1 };
  return { fault: facts === null ? 'USB_BUSY' : null, faultDetails: null, board: BOARD, facts, ...nothing };
}

test('a board is told with its map, its option bytes, and what cannot be read', () => {
  const text = boardSheet('A1', report(FACTS));
  expect(text.split('\n').slice(0, 9)).toEqual([
    'slot            A1',
    'USB id          0483:df11, device version 2200',
    'USB serial      -',
    'part            F072',
    'DFU version     011a',
    'can             download, upload, will detach',
    'transfers       2048 bytes',
    'detach time     255 ms',
    'read protected  no',
  ]);
  expect(text).toContain('0x08000000-0x0801ffff  64 x 2 KB  rew');
  expect(text).toMatch(/option bytes:\n0x1ffff800 {2}aa 55 /);
  expect(text).toContain('one-time programmable memory: cannot be read');
  expect(text).not.toContain('warning');
});

test('programs get the same as data', () => {
  expect(describeBoard(NAMES, report(FACTS))).toMatchObject({
    ...NAMES,
    fault: null,
    part: 'F072',
    memories: [{ address: 0x0800_0000, count: 64, bytes: 2048, readable: true }],
    optionBytes: [{ address: 0x1fff_f800, data: 'aa55' }],
    otp: null,
    warnings: [],
  });
});

test('what is not as it should be is warned of', () => {
  const odd = { ...FACTS, part: null, isReadProtected: true, layout: '@Internal Flash  /0x08000000/32*0004Kg' };
  const told = describeBoard(NAMES, report(odd));
  expect(told).toMatchObject({ memories: [{ count: 32, bytes: 4096 }] });
  const text = boardSheet('A1', report(odd));
  expect(text.match(/^warning: /gm)).toHaveLength(3);
  expect(text).toContain(`the one the board tells: ${LAYOUT}`);
});

test('a board that could not be looked at is told with its fault', () => {
  expect(boardSheet('A1', report(null))).toMatch(/^A1: USB_BUSY: Another program holds the board\./);
  expect(describeBoard(NAMES, report(null))).toEqual({
    ...NAMES,
    fault: 'USB_BUSY',
    faultDetails: null,
    board: BOARD,
  });
});
