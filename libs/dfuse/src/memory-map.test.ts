import { Fault } from '@flashline/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMemoryMap, type Sector } from './memory-map.ts';
import { REAL_LAYOUTS } from './testing/real-layouts.ts';
import { readSlowly } from './testing/slow-memory-map.ts';

describe('liberties that a layout string may take', () => {
  const canonical = parseMemoryMap('@A B/0x00001000/2*1024Bg,4*512Be/0x00004000/1*1024Bg');

  test.each([
    ['no multiplier', '@A B/0x00001000/2*1024g,4*512e/0x00004000/1*1024g'],
    ['a space for a multiplier', '@A B/0x00001000/2*1024 g,4*512 e/0x00004000/1*1024 g'],
    ['another unit', '@A B/0x00001000/2*1Kg,4*512e/0x00004000/1*1Kg'],
    ['leading zeros', '@A B/0x00001000/00002*01024 g,004*512 e/0x00004000/01*001Kg'],
    ['spaces anywhere', ' @  A   B  / 0x00001000 /  2 * 1024 B g , 4* 512 e /0x00004000/ 1 *1 K g  '],
    ['few digits in an address', '@A B/0x1000/2*1Kg,4*512e/0X4000/1*1Kg'],
    ['regions in any order', '@A B/0x4000/1*1Kg/0x1000/2*1Kg,4*512e'],
    ['equal segments apart', '@A B/0x1000/1*1Kg,1*1Kg,1*512e,3*512e/0x4000/1*1Kg'],
    ['characters that cannot be printed', '@A\u0000 B/0x1000/2*1Kg,4*512e/0x40\u200b00/1*1Kg\uffff'],
  ])('%s', (_what, layout) => {
    expect(parseMemoryMap(layout)).toEqual(canonical);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('%i hex digits in an address', (digits) => {
    const address = `${'f'.repeat(digits - 1)}0`;
    expect(parseMemoryMap(`@A/0x${address}/1*1g`).sectors[0]?.address).toBe(Number.parseInt(address, 16));
  });

  test('memory may reach to the end of the address space, and a sector be 16 MB', () => {
    expect(parseMemoryMap('@A/0xFFFFFFFF/1*1g').sectors).toHaveLength(1);
    expect(parseMemoryMap('@A/0xFF000000/1*16Mg').sectors[0]?.bytes).toBe(2 ** 24);
    expect(parseMemoryMap('@A/0x0/16384*128Kg').sectors).toHaveLength(16_384);
  });
});

describe('runs of equal sectors', () => {
  test('join what follows and is equal, and nothing else', () => {
    const layout = '@A/0x0/1*1Kg,1*1Kg,1*1Ke,1*1Kd,1*1Ke,1*1Ka,1*2Ka/0x4000/1*2Ka, @B/0x4800/1*2Ka';
    const { runs } = parseMemoryMap(layout);
    expect(runs.map(({ address, count, bytes, memory }) => [address, count, bytes, memory])).toEqual([
      [0x0000, 2, 1024, 'A'],
      [0x0800, 1, 1024, 'A'],
      [0x0c00, 1, 1024, 'A'],
      [0x1000, 1, 1024, 'A'],
      [0x1400, 1, 1024, 'A'],
      [0x1800, 1, 2048, 'A'],
      [0x4000, 1, 2048, 'A'],
      [0x4800, 1, 2048, 'B'],
    ]);
  });
});

describe('the type letter', () => {
  test.each([
    ['a', 'r--'],
    ['b', '-e-'],
    ['c', 're-'],
    ['d', '--w'],
    ['e', 'r-w'],
    ['f', '-ew'],
    ['g', 'rew'],
  ])('%s allows %s', (letter, expected) => {
    const [sector] = parseMemoryMap(`@X/0x0/1*1K${letter}`).sectors;
    const allowed = `${sector?.readable ? 'r' : '-'}${sector?.erasable ? 'e' : '-'}${sector?.writable ? 'w' : '-'}`;
    expect(allowed).toBe(expected);
  });
});

describe('a layout string that makes no sense', () => {
  test.each([
    '',
    'Internal Flash  /0x08000000/04*016Kg',
    '@Internal Flash',
    '@Internal Flash/0x08000000',
    '@Internal Flash/0x08000000/',
    '@Internal Flash/08000000/04*016Kg',
    '@Internal Flash/0x108000000/04*016Kg',
    '@Internal Flash/0x08000000/04*016Kx',
    '@Internal Flash/0x08000000/04*016Kh',
    '@Internal Flash/0x08000000/04*016K',
    '@Internal Flash/0x08000000/04*016kg',
    '@Internal Flash/0x08000000/0*016Kg',
    '@Internal Flash/0x08000000/4*0Kg',
    '@Internal Flash/0x08000000/04*016Kg,',
    '@Internal Flash/0x08000000/4294967295*4294967295Mg',
    '@Internal Flash/0x08000000/99999*99999Mg',
    '@Internal Flash/0xFFFFFFFF/1*2 g',
    '@Internal Flash/0x08000000/16385*1 g',
    '@Internal Flash/0x08000000/16000*1 g,385*1 g',
    '@Internal Flash/0x08000000/4*16Kg/0x08004000/4*16Kg',
    '@Internal Flash/0x08004000/4*16Kg/0x08000000/4*16Kg,1*1 g',
    '@Internal Flash/0x08000000/4*16Kg/0x08000000/4*16Kg',
    '@Internal Flash/0x08000000/4*16Kg,@Option Bytes/0x0800FFFF/1*1 e',
    '@Internal Flash/0x08000000/1*17Mg',
    '@Internal Flash/0x08000000/1*16385Kg',
    '@Internal Flash/0xFF000001/1*16Mg',
    '@Internal Flash/0x/4*16Kg',
    '@Internal Flash/0x 8000000/4*16Kg',
    '@Internal Flash/0xg8000000/4*16Kg',
    '@Internal Flash/0x080000000/4*16Kg',
    '@Internal Flash/-0x1/4*16Kg',
    '@Internal Flash/0x08000000/4*16Kg/',
    '@Internal Flash/0x08000000/4*16Kg//',
    '@Internal Flash/0x08000000//4*16Kg',
    '@Internal/Flash/0x08000000/4*16Kg',
    '@Flash 1/2/0x08000000/4*16Kg',
    '@@Internal Flash',
    '@Internal Flash@/0x08000000/4*16K@g',
    '@Internal Flash/0x08000000/4*16Kg@Option Bytes/0x1FFFF800/1*16 e',
    '@Internal Flash/0x08000000/4*16Kg,@',
    '@Internal Flash/0x08000000/4*16Kg,@Option Bytes',
    '@Internal Flash/0x08000000/,4*16Kg',
    '@Internal Flash/0x08000000/4*16Kg,,4*16Kg',
    '@Internal Flash/0x08000000/000000*16Kg',
    '@Internal Flash/0x08000000/000004*16Kg',
    '@Internal Flash/0x08000000/4*000016Kg',
    '@Internal Flash/0x08000000/0x4*16Kg',
    '@Internal Flash/0x08000000/4**16Kg',
    '@Internal Flash/0x08000000/4 16Kg',
    '@Internal Flash/0x08000000/*16Kg',
    '@Internal Flash/0x08000000/4*Kg',
    '@Internal Flash/0x08000000/4*16KKg',
    '@Internal Flash/0x08000000/4*16Kgg',
    '@Internal Flash/0x08000000/4*1.6Kg',
    '@Internal Flash/0x08000000/4*-16Kg',
    '@Internal Flash/0x08000000/4*16`',
    `@${' '.repeat(10_000)}`,
    `@Internal Flash/0x08000000/${'1*1Kg,'.repeat(5_000)}1*1Kg`,
  ])('%j is MEMORY_MAP_UNREADABLE and comes with its text', (layout) => {
    expect(() => parseMemoryMap(layout)).toThrow(
      expect.objectContaining({
        code: 'MEMORY_MAP_UNREADABLE',
        details: expect.objectContaining({ layout: layout.slice(0, 1024) }) as unknown,
      }),
    );
  });
});

function parseOrNull(layout: string): readonly Sector[] | null {
  try {
    return parseMemoryMap(layout).sectors;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(Fault);
    expect(thrown).toMatchObject({ code: 'MEMORY_MAP_UNREADABLE' });
    return null;
  }
}

describe('any string at all', () => {
  const spaced = fc.constantFrom('', ' ', '  ');
  const segment = fc
    .tuple(
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 0, max: 300 }),
      fc.constantFrom('', ' ', 'B', 'K', 'M'),
      fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
      spaced,
    )
    .map(([count, size, unit, type, gap]) => `${gap}${count}*${size}${unit}${type}${gap}`);
  const region = fc
    .tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.array(segment, { minLength: 1, maxLength: 4 }), spaced)
    .map(([address, segments, gap]) => `/${gap}0x${address.toString(16)}/${segments.join(',')}`);
  const memory = fc
    .tuple(fc.constantFrom('Internal Flash  ', 'Option byte', ''), fc.array(region, { minLength: 1, maxLength: 3 }))
    .map(([name, regions]) => `@${name}${regions.join('')}`);
  const plausible = fc.array(memory, { minLength: 1, maxLength: 2 }).map((memories) => memories.join(','));
  const damaged = fc
    .tuple(
      fc.constantFrom(...REAL_LAYOUTS.map(({ layout }) => layout)),
      fc.nat(80),
      fc.constantFrom('@', '/', ',', '*', '0', 'x', 'K', 'M', 'B', 'g', 'e', ' ', '9', '\u0000', ''),
    )
    .map(([layout, at, put]) => layout.slice(0, at) + put + layout.slice(at + 1));

  test.each([
    ['made by the grammar', plausible],
    ['a real one with a character changed', damaged],
    ['garbage', fc.string({ maxLength: 200, unit: 'binary' })],
    ['garbage of the right characters', fc.stringMatching(/^[@/,*0x12KMBag ]{0,60}$/)],
  ])('%s is read as the slow reference reads it, or refused', (_name, strings) => {
    fc.assert(
      fc.property(strings, (layout) => {
        expect(parseOrNull(layout)).toEqual(readSlowly(layout));
      }),
      { numRuns: 2000 },
    );
  });
});
