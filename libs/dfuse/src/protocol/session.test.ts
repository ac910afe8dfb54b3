import { describe, expect, test } from 'vitest';
import { madePart } from '../testing/made-part.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { PlainDevice } from '../testing/plain-device.ts';
import { Bounds } from './bounds.ts';
import { UNKNOWN_PACE } from './pacing.ts';
import { DfuSession } from './session.ts';

function sessionWith(part: ReturnType<typeof madePart> | null): { device: PlainDevice; session: DfuSession } {
  const clock = new ManualClock();
  const device = new PlainDevice(clock, (address) => address & 0xff);
  const bounds = new Bounds(clock, new AbortController().signal);
  return { device, session: new DfuSession(device, bounds, { part, pace: UNKNOWN_PACE }) };
}

describe('the blocks of a session', () => {
  test.each([
    ['what the descriptor says', null, 512],
    ['what the descriptor says of a part that can do more', madePart({ transferBytesMax: 4096 }), 512],
    ['what is known to work', madePart({ transferBytesMax: 256 }), 256],
  ])('are as long as %s', (_what, part, blockBytes) => {
    expect(sessionWith(part).session.blockBytes).toBe(blockBytes);
  });

  test('are found where they are, also when they are shorter than their numbers count', async () => {
    const { session } = sessionWith(madePart({ transferBytesMax: 256 }));
    for (const address of [0x1000, 0x1100, 0x1200, 0x1301]) {
      const block = await session.read(address, 256);
      expect(block).toEqual(new Uint8Array(256).map((_, i) => (address + i) & 0xff));
    }
  });
});

test('a single byte is read as two, for devices need not answer to less', async () => {
  const { device, session } = sessionWith(null);
  expect(await session.read(0x1007, 1)).toEqual(Uint8Array.of(0x07));
  expect(await session.read(0x2007, 3)).toEqual(Uint8Array.of(0x07, 0x08, 0x09));
  expect(device.asked).toEqual([2, 3]);
});

describe('another memory', () => {
  test('is turned to once, and the address is set anew in it', async () => {
    const { device, session } = sessionWith(null);
    await session.read(0x1000, 8);
    await session.selectAlternate(2);
    await session.selectAlternate(2);
    device.heard.length = 0;
    await session.read(0x1200, 8);
    expect(device.heard).toEqual(['DNLOAD', 'GETSTATUS', 'ABORT', 'UPLOAD']);
  });

  test('is not turned to where it is turned to already', async () => {
    const { device, session } = sessionWith(null);
    await session.selectAlternate(0);
    expect(device.heard).toEqual([]);
  });
});
