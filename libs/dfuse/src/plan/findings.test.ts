import type { Part } from '@flashline/contracts';
import type { Range } from '@flashline/firmware';
import { describe, expect, test } from 'vitest';
import { parseMemoryMap } from '../memory-map.ts';
import { bytesAt, madeImage } from '../testing/made-image.ts';
import { madePart } from '../testing/made-part.ts';
import { Findings } from './findings.ts';
import { planFlash } from './flash-plan.ts';

const BLOCK = 512;
/** Three sectors of two blocks each, and behind them memory that is written over. */
const MAP = parseMemoryMap('@Flash/0x1000/3*1Kg,1*1Ke');
const IMAGE = bytesAt(0x1000, 4 * 1024);
const none = () => false;

function findingsOf({ part = madePart(), ranges = [IMAGE] }: { part?: Part | null; ranges?: Range[] } = {}) {
  return new Findings(planFlash(madeImage(...ranges), MAP), BLOCK, part);
}

/** What the board holds in the block at this place of the image. */
function note(findings: Findings, n: number, held: (wanted: Uint8Array) => Uint8Array): void {
  const block = findings.blocks[n] ?? expect.fail(`no block ${n}`);
  findings.note(block, held(block.range.data));
}

const equal = (wanted: Uint8Array) => wanted.slice();
const filled = (byte: number) => (wanted: Uint8Array) => wanted.map(() => byte);
const noteAll = (findings: Findings, held: (wanted: Uint8Array) => Uint8Array) =>
  findings.blocks.forEach((_, n) => {
    note(findings, n, held);
  });
const dirtyOf = (findings: Findings) => findings.dirtySectors().map(({ address }) => address);
const sentBy = (findings: Findings, erased = none as Parameters<Findings['writes']>[0]) =>
  findings.writes(erased).map(({ address, data }) => [address, data.length]);

describe('a board', () => {
  test('that holds the image needs nothing', () => {
    const findings = findingsOf();
    noteAll(findings, equal);
    expect(dirtyOf(findings)).toEqual([]);
    expect(sentBy(findings)).toEqual([]);
  });

  test.each([0xff, 0x00] as const)('that is blank (%i) needs no erase, and everything', (erasedByte) => {
    const findings = findingsOf({ part: madePart({ erasedByte }) });
    noteAll(findings, filled(erasedByte));
    expect(dirtyOf(findings)).toEqual([]);
    expect(sentBy(findings)).toEqual([[0x1000, 4096]]);
  });

  test('that is filled with what another part calls blank is not', () => {
    const findings = findingsOf({ part: madePart({ erasedByte: 0x00 }) });
    noteAll(findings, filled(0xff));
    expect(dirtyOf(findings)).toEqual([0x1000, 0x1400, 0x1800]);
  });

  test.each([0xff, 0x00])('of which nobody knows the part is not blank, whatever it is filled with (%i)', (byte) => {
    const findings = findingsOf({ part: null });
    noteAll(findings, filled(byte));
    expect(dirtyOf(findings)).toEqual([0x1000, 0x1400, 0x1800]);
    expect(sentBy(findings, () => true)).toEqual([[0x1000, 4096]]);
  });

  test('of which nobody knows the part is left alone where it is equal', () => {
    const findings = findingsOf({ part: null });
    noteAll(findings, equal);
    expect(dirtyOf(findings)).toEqual([]);
  });

  test('that was not looked at is erased and written everywhere', () => {
    const findings = findingsOf();
    expect(dirtyOf(findings)).toEqual([0x1000, 0x1400, 0x1800]);
    expect(sentBy(findings, () => true)).toEqual([[0x1000, 4096]]);
  });
});

describe('a sector', () => {
  test('is erased for one byte in its last block, and no other is', () => {
    const findings = findingsOf();
    noteAll(findings, equal);
    note(findings, 3, (wanted) => wanted.with(511, 0));
    expect(dirtyOf(findings)).toEqual([0x1400]);
  });

  test('is erased for one byte that is not blank among blank ones', () => {
    const findings = findingsOf();
    noteAll(findings, (wanted) => filled(0xff)(wanted).with(0, 0xfe));
    expect(dirtyOf(findings)).toEqual([0x1000, 0x1400, 0x1800]);
  });

  test('may be equal in one block and blank in the other: then that one is sent', () => {
    const findings = findingsOf();
    noteAll(findings, equal);
    note(findings, 1, filled(0xff));
    expect(dirtyOf(findings)).toEqual([]);
    expect(sentBy(findings)).toEqual([[0x1200, 512]]);
  });

  test('of which one block was never seen is erased', () => {
    const findings = findingsOf();
    for (const n of [0, 1, 2, 4, 5]) note(findings, n, equal);
    expect(dirtyOf(findings)).toEqual([0x1400]);
  });

  test('that was given up is erased even when it turns out equal', () => {
    const findings = findingsOf();
    const [first] = findings.blocks;
    const [sector] = first === undefined ? [] : findings.openSectors(first);
    if (sector !== undefined) findings.giveUp(sector);
    noteAll(findings, equal);
    expect(dirtyOf(findings)).toEqual([0x1000]);
  });

  test('is open until something in it is different', () => {
    const findings = findingsOf();
    const openAt = (n: number) => findings.openSectors(findings.blocks[n] ?? expect.fail()).map((one) => one.address);
    expect(openAt(0)).toEqual([0x1000]);
    note(findings, 0, filled(0xff));
    expect(openAt(1)).toEqual([0x1000]);
    note(findings, 0, filled(0x55));
    expect(openAt(1)).toEqual([]);
    expect(openAt(2)).toEqual([0x1400]);
    expect(openAt(6)).toEqual([]);
  });

  test('counts on its own when a block lies in two', () => {
    const findings = findingsOf({ ranges: [bytesAt(0x1300, 512)] });
    note(findings, 0, (wanted) => wanted.map((byte, i) => (i < 256 ? byte : 0x00)));
    expect(dirtyOf(findings)).toEqual([0x1400]);
    expect(sentBy(findings, ({ address }) => address === 0x1400)).toEqual([[0x1400, 256]]);
  });
});

describe('what is sent', () => {
  test('to an erased sector is all of it that the erase does not leave behind anyway', () => {
    const blanks = { address: 0x1000, data: IMAGE.data.slice().fill(0xff, 512, 1536) };
    const findings = findingsOf({ ranges: [blanks] });
    expect(sentBy(findings, () => true)).toEqual([
      [0x1000, 512],
      [0x1600, 2560],
    ]);
  });

  test('to an erased sector is also what was equal before', () => {
    const findings = findingsOf();
    noteAll(findings, equal);
    note(findings, 1, filled(0x55));
    expect(sentBy(findings, ({ address }) => address === 0x1000)).toEqual([[0x1000, 1024]]);
  });

  test('is one run where pieces are neighbours, and the bytes of the image', () => {
    const findings = findingsOf();
    noteAll(findings, filled(0xff));
    expect(findings.writes(none)).toEqual([{ address: 0x1000, data: Buffer.from(IMAGE.data) }]);
  });

  test('are two runs where there is a gap between two ranges', () => {
    const findings = findingsOf({ ranges: [bytesAt(0x1000, 100), bytesAt(0x1065, 100)] });
    expect(sentBy(findings, () => true)).toEqual([
      [0x1000, 100],
      [0x1065, 100],
    ]);
  });

  test('to memory that is written over is what is not equal, also when it would be blank', () => {
    const ranges = [{ address: 0x1c00, data: new Uint8Array(1024).fill(0xff) }];
    const findings = findingsOf({ ranges });
    note(findings, 0, equal);
    note(findings, 1, filled(0x55));
    expect(dirtyOf(findings)).toEqual([]);
    expect(sentBy(findings, () => true)).toEqual([[0x1e00, 512]]);
  });
});
