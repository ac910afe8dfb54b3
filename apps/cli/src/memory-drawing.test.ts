import { type MemoryMap, parseMemoryMap } from '@flashline/dfuse';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawMemoryMap } from './memory-drawing.ts';

const F405 = parseMemoryMap('@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg');
const AT32 = parseMemoryMap('@Internal Flash  /0x08000000/512*002Kg,@Option byte   /0x1FFFC000/01*512 g');
const H7_LOADER = parseMemoryMap('@Internal Flash  2MB   /0x08000000/01*128Ka,15*128Kg');

/** A drawn run as it was meant. */
interface DrawnRun {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly bytes: number;
  readonly allowed: string;
  readonly bar: string;
  readonly touched: number;
}

const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 * 1024 };
const RUN =
  /^0x([0-9a-f]{8})-0x([0-9a-f]{8}) {2} *(\d+) x +(\d+) (B|KB|MB) {2}([r-][e-][w-]) {2}([█░]+)(?: +(\d+) touched)?$/;

/** Reads the lines of a drawing that are runs. */
function runsIn(lines: readonly string[]): DrawnRun[] {
  return lines.flatMap((line) => {
    const [found, from = '', to = '', count, size, unit = '', allowed = '', bar = '', touched = 0] =
      RUN.exec(line) ?? [];
    if (found === undefined) return [];
    const bytes = Number(size) * (UNITS[unit] ?? 0);
    const [first, last] = [Number.parseInt(from, 16), Number.parseInt(to, 16)];
    return { from: first, to: last, count: Number(count), bytes, allowed, bar, touched: Number(touched) };
  });
}

test('an F405, and what 70 KB at its beginning and one byte at its end touch', () => {
  const image = [
    { address: 0x0800_0000, bytes: 70 * 1024 },
    { address: 0x080f_ffff, bytes: 1 },
  ];
  expect(drawMemoryMap(F405, image)).toEqual([
    'Internal Flash, 1 MB',
    '0x08000000-0x0800ffff  4 x  16 KB  rew  ███                                       4 touched',
    '0x08010000-0x0801ffff  1 x  64 KB  rew  ███                                       1 touched',
    '0x08020000-0x080fffff  7 x 128 KB  rew  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░█████  1 touched',
  ]);
});

describe('a drawing', () => {
  test('has one line per run of equal sectors, under the name and the size of its memory', () => {
    const lines = drawMemoryMap(AT32);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe('Internal Flash, 1 MB');
    expect(lines[2]).toBe('Option byte, 512 B');
    expect(runsIn(lines)).toMatchObject([
      { from: 0x0800_0000, to: 0x080f_ffff, count: 512, bytes: 2048, allowed: 'rew' },
      { from: 0x1fff_c000, to: 0x1fff_c1ff, count: 1, bytes: 512, allowed: 'rew' },
    ]);
  });

  test('shows what is not allowed', () => {
    expect(runsIn(drawMemoryMap(H7_LOADER)).map(({ allowed }) => allowed)).toEqual(['r--', 'rew']);
    const options = parseMemoryMap('@Option Bytes  /0x1FFFC000/01*016 e');
    expect(runsIn(drawMemoryMap(options)).map(({ allowed }) => allowed)).toEqual(['r-w']);
  });

  test('has bars as long as the runs are large, and never none', () => {
    expect(runsIn(drawMemoryMap(F405)).map(({ bar }) => bar.length)).toEqual([3, 3, 40]);
    expect(runsIn(drawMemoryMap(AT32)).map(({ bar }) => bar.length)).toEqual([40, 1]);
  });

  test('without marks is full, and counts nothing', () => {
    const lines = drawMemoryMap(F405);
    expect(runsIn(lines)).toHaveLength(3);
    expect(lines.join('\n')).not.toMatch(/░|touched/);
  });

  test('with an image that is elsewhere is empty', () => {
    const elsewhere = [
      { address: 0x0810_0000, bytes: 4 },
      { address: 0x07ff_fffc, bytes: 4 },
    ];
    const lines = drawMemoryMap(F405, elsewhere);
    expect(runsIn(lines)).toHaveLength(3);
    expect(lines.join('\n')).not.toMatch(/█|touched/);
  });

  test('fits a terminal of 100 columns', () => {
    const layouts = ['@X/0x08000000/16384*128Kg', '@X/0x0/16384*1023 g', '@X/0xFFFFFFF0/16*1g'];
    const everything = [{ address: 0, bytes: 2 ** 32 }];
    for (const layout of layouts)
      for (const line of drawMemoryMap(parseMemoryMap(layout), everything))
        expect(line.length).toBeLessThanOrEqual(100);
  });
});

/** The sectors an image touches, byte range by byte range. */
function touchedIn(map: MemoryMap, marks: readonly { address: number; bytes: number }[]): number {
  return map.sectors.filter(({ address, bytes }) =>
    marks.some((mark) => Math.max(address, mark.address) < Math.min(address + bytes, mark.address + mark.bytes)),
  ).length;
}

test('any image on any map: every sector is drawn once, and touched ones are counted and seen', () => {
  const segment = fc
    .tuple(
      fc.integer({ min: 1, max: 99 }),
      fc.integer({ min: 1, max: 300 }),
      fc.constantFrom('B', 'K'),
      fc.constantFrom('a', 'c', 'd', 'e', 'f', 'g'),
    )
    .map(([count, size, unit, type]) => `${count}*${size}${unit}${type}`);
  const maps = fc
    .array(segment, { minLength: 1, maxLength: 5 })
    .map((segments) => parseMemoryMap(`@X/0x1000/${segments.join(',')}`));
  const marks = fc.array(
    fc.record({ address: fc.integer({ min: 0, max: 200_000 }), bytes: fc.integer({ min: 1, max: 100_000 }) }),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(maps, marks, (map, image) => {
      const drawn = runsIn(drawMemoryMap(map, image));
      expect(drawn).toHaveLength(map.runs.length);
      expect(drawn.reduce((sum, { count, bytes }) => sum + count * bytes, 0)).toBe(
        map.sectors.reduce((sum, { bytes }) => sum + bytes, 0),
      );
      expect(drawn.reduce((sum, { touched }) => sum + touched, 0)).toBe(touchedIn(map, image));
      for (const { bar, touched, count } of drawn) {
        expect(bar.includes('█')).toBe(touched > 0);
        if (touched === count) expect(bar).not.toContain('░');
      }
    }),
  );
});
