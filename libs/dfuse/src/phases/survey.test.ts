import { PLAIN_RECIPE } from '@flashline/contracts';
import { describe, expect, test } from 'vitest';
import { parseMemoryMap } from '../memory-map.ts';
import { Findings } from '../plan/findings.ts';
import { planFlash } from '../plan/flash-plan.ts';
import { Bounds } from '../protocol/bounds.ts';
import { UNKNOWN_PACE } from '../protocol/pacing.ts';
import { DfuSession } from '../protocol/session.ts';
import { bytesAt, madeImage } from '../testing/made-image.ts';
import { madePart } from '../testing/made-part.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { PlainDevice } from '../testing/plain-device.ts';
import { survey } from './survey.ts';

/** Sectors of 1 KiB take 11 ms to erase and 4 ms to write; the last KiB is written over. */
const MAP = parseMemoryMap('@Flash/0x1000/4*1Kg,1*1Ke');
const IMAGE = bytesAt(0x1000, 5 * 1024);
const BLANK = () => 0xff;

interface Looked {
  readonly dirty: readonly number[];
  /** How many blocks of 512 bytes were read. */
  readonly reads: number;
  readonly bytesTold: number;
}

async function lookAt(
  memory: (address: number) => number,
  { readMs = 0.1, image = IMAGE, mayGiveUp = true } = {},
): Promise<Looked> {
  const clock = new ManualClock();
  const device = new PlainDevice(clock, memory);
  device.readMs = readMs;
  const part = madePart();
  const session = new DfuSession(device, new Bounds(clock, new AbortController().signal), {
    part,
    pace: UNKNOWN_PACE,
  });
  const findings = new Findings(planFlash(madeImage(image), MAP, PLAIN_RECIPE), session.blockBytes, part);
  let bytesTold = 0;
  await survey(session, findings, {
    part,
    clock,
    mayGiveUp,
    onBytes: (bytes) => {
      bytesTold += bytes;
    },
  });
  const reads = device.heard.filter((name) => name === 'UPLOAD').length;
  return { dirty: findings.dirtySectors().map(({ address }) => address), reads, bytesTold };
}

const holding = (address: number) => IMAGE.data[address - IMAGE.address] ?? 0xff;

describe('a look at a board', () => {
  test('that holds the image already sees all of it', async () => {
    expect(await lookAt(holding)).toEqual({ dirty: [], reads: 10, bytesTold: 5 * 1024 });
  });

  test('that is blank sees all of it, and nothing to erase', async () => {
    expect(await lookAt(BLANK)).toMatchObject({ dirty: [], reads: 10 });
  });

  test('that holds something else ends in each sector with its first block', async () => {
    expect(await lookAt(() => 0x55)).toMatchObject({ dirty: [0x1000, 0x1400, 0x1800, 0x1c00], reads: 4 + 2 });
  });

  test('goes on behind a sector that must be erased', async () => {
    const dirtyAt = (bad: number) => (address: number) => (address === bad ? 0x00 : holding(address));
    expect(await lookAt(dirtyAt(0x1400))).toMatchObject({ dirty: [0x1400], reads: 9 });
    expect(await lookAt(dirtyAt(0x17ff))).toMatchObject({ dirty: [0x1400], reads: 10 });
  });

  test('sees memory that needs no erase, too, however slow it is: what is equal there need not be sent', async () => {
    expect(await lookAt(holding, { readMs: 1_000, image: bytesAt(0x2000, 1024) })).toMatchObject({ reads: 2 });
  });
});

describe('reading that takes longer than erasing and writing', () => {
  const image = bytesAt(0x1000, 4 * 1024);
  const everySector = [0x1000, 0x1400, 0x1800, 0x1c00];

  test('is not done, once that is known', async () => {
    // A KiB takes 80 ms to read.
    expect(await lookAt(BLANK, { readMs: 40, image })).toMatchObject({ dirty: everySector, reads: 1 });
  });

  test('is done where nothing may be erased: then only a look tells', async () => {
    expect(await lookAt(BLANK, { readMs: 40, image, mayGiveUp: false })).toMatchObject({ dirty: [], reads: 8 });
  });

  test('is done as long as it is only nearly so', async () => {
    expect(await lookAt(BLANK, { readMs: 7, image })).toMatchObject({ dirty: [], reads: 8 });
  });
});
