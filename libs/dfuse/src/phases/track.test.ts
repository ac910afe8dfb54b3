import { Fault } from '@flashline/contracts';
import type { FirmwareImage } from '@flashline/firmware';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { parseMemoryMap } from '../memory-map.ts';
import { planFlash } from '../plan/flash-plan.ts';
import { expectedShares } from '../plan/shares.ts';
import { Bounds } from '../protocol/bounds.ts';
import { PhaseTrack, type Progress } from './track.ts';

const MAP = parseMemoryMap('@Internal Flash  /0x08000000/04*016Kg');
const IMAGE: FirmwareImage = {
  format: 'bin',
  targets: [{ alternate: 0, name: null, ranges: [{ address: 0x08000000, data: new Uint8Array(16_384) }] }],
  device: null,
  warnings: [],
};

function trackOf(seen: Progress[] = []): PhaseTrack {
  return new PhaseTrack(new Bounds(systemClock(), new AbortController().signal), (progress) => seen.push(progress));
}

describe('the phases of an attempt', () => {
  test('report a fraction that never falls and never reaches 1', async () => {
    const seen: Progress[] = [];
    const track = trackOf(seen);
    await track.run('identify', 1_000, () => undefined);
    track.expect(expectedShares(planFlash(IMAGE, MAP), null, false));
    await track.run('plan', 1_000, () => undefined);
    for (const phase of ['erase', 'write', 'verify'] as const) {
      await track.run(phase, 1_000, (onBytes) => {
        for (let i = 0; i < 1024; i++) onBytes(16);
      });
    }
    const fractions = seen.map(({ fraction }) => fraction);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(0)).toBe(0);
    expect(fractions.at(-1)).toBeGreaterThan(0.98);
    expect(fractions.at(-1)).toBeLessThanOrEqual(0.99);
    // Three thousand pieces, but only steps that can be seen.
    expect(seen.length).toBeLessThan(250);
  });

  test('are recorded with what they did, the one that failed too', async () => {
    const track = trackOf();
    await track.run('erase', 1_000, (onBytes) => onBytes(4096));
    const failing = track.run('write', 1_000, (onBytes) => {
      onBytes(100);
      throw new Fault('WRITE_REFUSED', { block: 9 });
    });
    await expect(failing).rejects.toMatchObject({ code: 'WRITE_REFUSED', details: { phase: 'write', block: 9 } });
    expect(track.records.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['erase', 4096],
      ['write', 100],
    ]);
  });

  test('name what no one foresaw STATION_BUG', async () => {
    const failing = trackOf().run('plan', 1_000, () => {
      throw new TypeError('undefined is not a function');
    });
    await expect(failing).rejects.toMatchObject({ code: 'STATION_BUG', details: { phase: 'plan' } });
  });
});
