import { describe, expect, test } from 'vitest';
import { atSpeed, slowed } from './part.ts';
import { F405, F405_LYING, PARTS } from './parts.ts';

const UNIT: Readonly<Record<string, number>> = { K: 1024, M: 1024 * 1024 };

/** Every sector a layout string describes, as `address size type`. */
function sectorsOfLayout(layout: string): string[] {
  const [, start = '', runs = ''] = layout.split('/');
  let address = Number(start);
  return runs.split(',').flatMap((run) => {
    const [, count, size, unit = '', type] = /^(\d+)\*(\d+)([ KM]?)([a-g])$/.exec(run.trim()) ?? [];
    return Array.from({ length: Number(count) }, () => {
      const bytes = Number(size) * (UNIT[unit] ?? 1);
      const sector = `${address.toString(16)} ${bytes} ${type}`;
      address += bytes;
      return sector;
    });
  });
}

for (const part of PARTS)
  describe(part.name, () => {
    test('has exactly the sectors that its layout strings promise', () => {
      const promised = part.alternates.flatMap(({ name }) => sectorsOfLayout(name)).sort();
      const real = part.regions.flatMap(({ address, sectors, erasable }) => {
        let next = address;
        return sectors.flatMap(({ count, bytes }) =>
          Array.from({ length: count }, () => {
            const sector = `${next.toString(16)} ${bytes} ${erasable ? 'g' : 'e'}`;
            next += bytes;
            return sector;
          }),
        );
      });
      expect(real.sort()).toEqual(promised);
    });

    test('lists its regions in address order, flash first', () => {
      const addresses = part.regions.map(({ address }) => address);
      expect(addresses).toEqual([...addresses].sort((a, b) => a - b));
      expect(part.regions[0]?.erasable).toBe(true);
    });
  });

test('every part has its own name', () => {
  expect(new Set(PARTS.map(({ name }) => name)).size).toBe(PARTS.length);
});

test('speed scales what a board takes and reports, slowness only what it takes', () => {
  const fast = atSpeed(F405_LYING, 0.25);
  expect(fast.timing.massEraseMs).toBe(4000);
  expect(fast.regions[0]?.sectors[0]?.eraseMs).toBe(62.5);
  expect(fast.polls).toMatchObject({ writeMs: 26, eraseMs: 'honest' });
  const slow = slowed(F405_LYING, 10);
  expect(slow.timing.massEraseMs).toBe(160_000);
  expect(slow.polls).toEqual(F405_LYING.polls);
});

test('256 KB on an F405 cost 4.12 s of erase, programming and wire, as the comment on it says', () => {
  const { timing, regions } = F405;
  const eraseMs = [4, 1, 1].reduce((sum, count, run) => sum + count * (regions[0]?.sectors[run]?.eraseMs ?? 0), 0);
  const programMs = 256 * 1024 * timing.programMsPerByte;
  const wireMs = 540 * timing.wireMsPerTransfer + 2 * 256 * 1024 * timing.wireMsPerByte;
  expect(eraseMs + programMs + wireMs).toBeGreaterThan(4100);
  expect(eraseMs + programMs + wireMs).toBeLessThan(4140);
});
