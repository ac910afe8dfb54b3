import { F303, F405, L072, PARTS, type PartSpec } from '@flashline/virtual-boards';
import { describe, expect, test } from 'vitest';
import { flashOf, stretchFor } from './bench-image.ts';
import { floorMs, type Held } from './floor.ts';

function partOf(name: string): PartSpec {
  const part = PARTS.find((one) => one.name === name);
  if (part === undefined) throw new Error(name);
  return part;
}

const floorSeconds = (part: PartSpec, held: Held) => floorMs(part, stretchFor(part), held) / 1000;

describe('the floor', () => {
  test.each([
    [F405, 'used', 4.12],
    [F303, 'used', 11.2],
    [partOf('G474'), 'used', 5.96],
    [F405, 'blank', 1.56],
  ] as const)('of $0.name $1 is $2 s, as the promises reckon', (part, held, seconds) => {
    expect(floorSeconds(part, held) / seconds).toBeCloseTo(1, 2);
  });

  test('of an L072 is 10.15 s and the fixed cost of 4996 transfers', () => {
    const fixedSeconds = (4996 * L072.timing.wireMsPerTransfer) / 1000;
    expect(floorSeconds(L072, 'used') - fixedSeconds).toBeCloseTo(10.15, 2);
  });

  test('of a board that holds the image is one read', () => {
    const { wireMsPerByte, wireMsPerTransfer } = F405.timing;
    expect(floorMs(F405, stretchFor(F405), 'same')).toBeCloseTo(
      262_144 * wireMsPerByte + (3 + 1 + 128) * wireMsPerTransfer,
    );
  });

  test('counts a sector that the image only touches whole', () => {
    const just = floorMs(F405, { address: 0x0800_0000, bytes: 16 * 1024 }, 'used');
    const more = floorMs(F405, { address: 0x0800_0000, bytes: 16 * 1024 + 4 }, 'used');
    expect(more - just).toBeGreaterThan(250);
  });

  test('does not count the sector that ends where the image begins', () => {
    const bytes = 16 * 1024;
    const [first, second] = [0x0800_0000, 0x0800_0000 + bytes].map((address) =>
      floorMs(F405, { address, bytes }, 'used'),
    );
    expect(second).toBe(first);
  });

  test('of a protected part is its way out of the protection, whatever it held', () => {
    const part = partOf('U5-rdp1');
    expect(floorSeconds(part, 'used')).toBe(floorSeconds(part, 'blank'));
    expect(floorMs(part, stretchFor(part), 'used')).toBeGreaterThan(part.timing.massEraseMs + part.timing.returnMs);
  });
});

describe('what is flashed', () => {
  test.each(PARTS)('into a $name lies in flash that it has', (part) => {
    const { address, bytes } = stretchFor(part);
    const last = flashOf(part).at(-1);
    expect(flashOf(part).map((sector) => sector.address)).toContain(address);
    expect(address + bytes).toBeLessThanOrEqual((last?.address ?? 0) + (last?.bytes ?? 0));
  });

  test('is 256 KB, three quarters of a smaller flash, and all of an L072', () => {
    const bytesOf = (part: PartSpec) => stretchFor(part).bytes / 1024;
    expect([F405, F303, partOf('APM32'), L072].map(bytesOf)).toEqual([256, 256, 96, 192]);
  });

  test('begins behind the sectors that an AT32F437 does not let anybody write', () => {
    expect(stretchFor(partOf('AT32F437')).address).toBe(0x0800_8000);
  });
});
