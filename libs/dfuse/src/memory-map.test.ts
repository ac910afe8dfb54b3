import { Fault } from '@flashline/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MemoryMap, parseMemoryMap, type Sector } from './memory-map.ts';

const KIB = 1024;

/** Sectors as runs of equal ones: `count*bytes@address`. */
function runs({ sectors }: MemoryMap): string[] {
  const all: string[] = [];
  let from = 0;
  for (let i = 1; i <= sectors.length; i++) {
    const [first, last, next] = [sectors[from], sectors[i - 1], sectors[i]];
    const follows = next?.bytes === first?.bytes && next?.address === (last?.address ?? 0) + (last?.bytes ?? 0);
    if (follows && next?.memory === first?.memory && next?.writable === first?.writable) continue;
    all.push(`${i - from}*${first?.bytes}@${first?.address.toString(16)}`);
    from = i;
  }
  return all;
}

/** Layout strings of real devices, character for character (reference/dfuse.md 2.1), and what they describe. */
const REAL: readonly (readonly [string, readonly string[]])[] = [
  ['@Internal Flash  /0x08000000/128*002Kg', ['128*2048@8000000']],
  ['@Internal Flash  /0x08000000/064*0002Kg', ['64*2048@8000000']],
  ['@Internal Flash  /0x08000000/032*0001Kg', ['32*1024@8000000']],
  ['@Option Bytes  /0x1FFFF800/01*016 g', ['1*16@1ffff800']],
  ['@Option Bytes  /0x1FFFF800/01*016 e', ['1*16@1ffff800']],
  [
    '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg',
    ['4*16384@8000000', '1*65536@8010000', '3*131072@8020000'],
  ],
  [
    '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg',
    ['4*16384@8000000', '1*65536@8010000', '7*131072@8020000'],
  ],
  [
    '@Internal Flash  /0x08000000/04*016Kg,01*64Kg,03*128Kg',
    ['4*16384@8000000', '1*65536@8010000', '3*131072@8020000'],
  ],
  [
    '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,011*128Kg',
    ['4*16384@8000000', '1*65536@8010000', '11*131072@8020000'],
  ],
  [
    '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg,04*016Kg,01*064Kg,07*128Kg',
    [
      '4*16384@8000000',
      '1*65536@8010000',
      '7*131072@8020000',
      '4*16384@8100000',
      '1*65536@8110000',
      '7*131072@8120000',
    ],
  ],
  ['@OTP Memory /0x1FFF7800/01*512 e,01*016 e', ['1*512@1fff7800', '1*16@1fff7a00']],
  ['@Option Bytes  /0x1FFFC000/01*016 e/0x1FFEC000/01*016 e', ['1*16@1ffec000', '1*16@1fffc000']],
  [
    '@OTP Memory /0x1FFF7800/01*512 e,01*016 e/0x1FFE7800/01*512 e,01*016 e',
    ['1*512@1ffe7800', '1*16@1ffe7a00', '1*512@1fff7800', '1*16@1fff7a00'],
  ],
  ['@Device Feature/0xFFFF0000/01*004 e', ['1*4@ffff0000']],
  [
    '@Internal Flash  /0x08000000/04*032Kg,01*128Kg,03*256Kg',
    ['4*32768@8000000', '1*131072@8020000', '3*262144@8040000'],
  ],
  [
    '@Internal Flash  /0x08000000/04*032Kg,01*128Kg,07*256Kg',
    ['4*32768@8000000', '1*131072@8020000', '7*262144@8040000'],
  ],
  ['@Internal Flash  /0x08000000/1536*128g', ['1536*128@8000000']],
  ['@Internal Flash  /0x08000000/1536*128 g', ['1536*128@8000000']],
  ['@Option Bytes  /0x1FF80000/01*032 e', ['1*32@1ff80000']],
  ['@DATA Memory /0x08080000/2*3Ke', ['2*3072@8080000']],
  ['@Internal Flash  /0x08000000/1024*256 g', ['1024*256@8000000']],
  ['@DATA Memory /0x08080000/02*004Ke', ['2*4096@8080000']],
  ['@Internal Flash  /0x08000000/0256*0002Kg', ['256*2048@8000000']],
  ['@Option Bytes  /0x1FFF7800/01*040 e', ['1*40@1fff7800']],
  ['@OTP Memory /0x1FFF7000/01*0001Ke', ['1*1024@1fff7000']],
  ['@Internal Flash   /0x08000000/64*02Kg', ['64*2048@8000000']],
  ['@Option Bytes   /0x1FFF7800/01*40Be', ['1*40@1fff7800']],
  ['@OTP Memory   /0x1FFF7000/01*01Ke', ['1*1024@1fff7000']],
  ['@Internal Flash   /0x08000000/256*02Kg', ['256*2048@8000000']],
  ['@Option Bytes   /0x1FFF7800/01*048 e/0x1FFFF800/01*048 e', ['1*48@1fff7800', '1*48@1ffff800']],
  ['@OTP Memory   /0x1FFF7000/01*1024 e', ['1*1024@1fff7000']],
  ['@Internal Flash /0x08000000/256*02Kg', ['256*2048@8000000']],
  ['@Internal Flash   /0x08000000/256*04Kg', ['256*4096@8000000']],
  ['@Internal Flash   /0x08000000/16*128Kg', ['16*131072@8000000']],
  ['@Option Bytes   /0x5200201C/01*128 e', ['1*128@5200201c']],
  ['@Internal Flash   /0x08000000/8*128Kg', ['8*131072@8000000']],
  ['@Option Bytes   /0x5200201C/01*88 e', ['1*88@5200201c']],
  ['@Internal Flash   /0x08000000/256*08Kg', ['256*8192@8000000']],
  ['@Option Bytes   /0x5200201C/01*297 e', ['1*297@5200201c']],
  ['@OTP Memory   /0x08FFF000/01*1024 e', ['1*1024@8fff000']],
  ['@Internal Flash  /0x08000000/01*128Kg', ['1*131072@8000000']],
  ['@Internal Flash   /0x08000000/8*08Kg', ['8*8192@8000000']],
  ['@Internal Flash   /0x08000000/512*08Kg', ['512*8192@8000000']],
  ['@Option Bytes   /0x40022040/01*64 e', ['1*64@40022040']],
  ['@OTP Memory   /0x0BFA0000/01*512 e', ['1*512@bfa0000']],
  ['@Internal Flash  /0x08000000/ 128*1Kg', ['128*1024@8000000']],
  ['@Option Byte   /0x1FFFF800/02*016 e', ['2*16@1ffff800']],
  ['@Internal Flash  /0x08000000/0512*002Kg', ['512*2048@8000000']],
  ['@Internal Flash  /0x08000000/512*002Kg', ['512*2048@8000000']],
  ['@Internal Flash  /0x08000000/08*04Ka,1000*04Kg', ['8*4096@8000000', '1000*4096@8008000']],
  ['@Internal Flash   /0x08000000/08*04Ka,1000*04Kg', ['8*4096@8000000', '1000*4096@8008000']],
  ['@Option byte   /0x1FFFC000/01*4096 g', ['1*4096@1fffc000']],
  ['@Option byte   /0x1FFFC000/01*512 g', ['1*512@1fffc000']],
  [
    '@Internal Flash  /0x08000000/512*002Kg,@Option byte   /0x1FFFC000/01*512 g',
    ['512*2048@8000000', '1*512@1fffc000'],
  ],
  ['@Internal Flash  /0x08000000/128*001Kg', ['128*1024@8000000']],
  ['@Option Bytes  /0x1FFFF800/01*016Be', ['1*16@1ffff800']],
  ['@External Flash /0x90000000/998*128Kg,1*128Kg,4*128Kg,21*128Ka', ['1003*131072@90000000', '21*131072@97d60000']],
  ['@External Flash /0x90000000/1001*128Kg,3*128Kg,20*128Ka', ['1004*131072@90000000', '20*131072@97d80000']],
  ['@Internal Flash   /0x08000000/8*001Ka,120*001Kg', ['8*1024@8000000', '120*1024@8002000']],
  ['@Internal Flash  /0x08000000/12*001Ka,116*001Kg', ['12*1024@8000000', '116*1024@8003000']],
  ['@SPI Flash : M25P64/0x00000000/64*064Kg,64*064Kg', ['128*65536@0']],
  ['@Internal Flash  /0x08000000/20*001Ka,108*001Kg', ['20*1024@8000000', '108*1024@8005000']],
  ['@Internal Flash  /0x08000000/2*1Mg', ['2*1048576@8000000']],
];

describe('the layout strings of real devices', () => {
  test.each(REAL)('%s', (layout, expected) => {
    expect(runs(parseMemoryMap(layout))).toEqual(expected);
  });

  test('give the name without its padding', () => {
    expect(parseMemoryMap('@Internal Flash   /0x08000000/64*02Kg').name).toBe('Internal Flash');
    expect(parseMemoryMap('@SPI Flash : M25P64/0x00000000/64*064Kg').name).toBe('SPI Flash : M25P64');
  });

  test('keep the memories apart that an AT32 describes in one string', () => {
    const map = parseMemoryMap('@Internal Flash  /0x08000000/512*002Kg,@Option byte   /0x1FFFC000/01*512 g');
    expect(map.name).toBe('Internal Flash');
    expect(map.sectors.at(-1)).toMatchObject({ memory: 'Option byte', address: 0x1fffc000 });
  });

  test('may be followed by what a wrong bLength drags in (F427)', () => {
    expect(runs(parseMemoryMap('@Internal Flash  /0x08000000/04*016Kg\u0000\u0000\u2603'))).toEqual([
      '4*16384@8000000',
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

/** Thrown by the slow reader: this is not a layout string. */
const NOT_A_LAYOUT = new Error('not a layout string');

/** The grammar once more, read one character after the other. */
class SlowReader {
  readonly sectors: Sector[] = [];
  #rest: string;

  constructor(layout: string) {
    if (layout.length > 1024) throw NOT_A_LAYOUT;
    this.#rest = layout.replaceAll(/[^ -~]/g, '').trim();
    this.#need('@');
    do this.#memory();
    while (this.#takeNextMemory());
    if (this.#rest !== '') throw NOT_A_LAYOUT;
    this.sectors.sort((a, b) => a.address - b.address);
    this.sectors.reduce((end, { address, bytes }) => {
      if (address < end) throw NOT_A_LAYOUT;
      return address + bytes;
    }, 0);
  }

  #memory(): void {
    let name = '';
    while (this.#rest !== '' && !this.#rest.startsWith('/')) {
      if (/^, *@/.test(this.#rest)) throw NOT_A_LAYOUT;
      name += this.#next();
    }
    const words = name.split(' ').filter((word) => word !== '');
    do this.#region(words.join(' '));
    while (this.#rest.startsWith('/'));
  }

  #region(memory: string): void {
    this.#need('/');
    this.#spaces();
    if (!this.#take('0x')) this.#need('0X');
    let address = Number.parseInt(this.#run('0123456789abcdefABCDEF', 8), 16);
    this.#spaces();
    this.#need('/');
    do address = this.#segment(memory, address);
    while (!/^, *@/.test(this.#rest) && this.#take(','));
  }

  #segment(memory: string, start: number): number {
    this.#spaces();
    const count = Number(this.#run('0123456789', 5));
    this.#spaces();
    this.#need('*');
    this.#spaces();
    const bytes = Number(this.#run('0123456789', 5)) * this.#unit();
    this.#spaces();
    const bits = 'abcdefg'.indexOf(this.#next()) + 1;
    this.#spaces();
    const end = start + count * bytes;
    if (count * bytes === 0 || bits === 0 || end > 2 ** 32) throw NOT_A_LAYOUT;
    if (this.sectors.length + count > 16_384) throw NOT_A_LAYOUT;
    const [readable = false, erasable = false, writable = false] = [1, 2, 4].map((bit) => (bits & bit) !== 0);
    for (let address = start; address < end; address += bytes) {
      this.sectors.push({ address, bytes, readable, erasable, writable, memory });
    }
    return end;
  }

  #unit(): number {
    this.#spaces();
    if (this.#take('K')) return KIB;
    if (this.#take('M')) return KIB * KIB;
    this.#take('B');
    return 1;
  }

  #takeNextMemory(): boolean {
    if (!this.#take(',')) return false;
    this.#spaces();
    return this.#take('@');
  }

  #run(alphabet: string, longest: number): string {
    let taken = '';
    while (this.#rest !== '' && alphabet.includes(this.#rest.charAt(0))) taken += this.#next();
    if (taken === '' || taken.length > longest) throw NOT_A_LAYOUT;
    return taken;
  }

  #next(): string {
    if (this.#rest === '') throw NOT_A_LAYOUT;
    const next = this.#rest.charAt(0);
    this.#rest = this.#rest.slice(1);
    return next;
  }

  #take(wanted: string): boolean {
    if (!this.#rest.startsWith(wanted)) return false;
    this.#rest = this.#rest.slice(wanted.length);
    return true;
  }

  #need(wanted: string): void {
    if (!this.#take(wanted)) throw NOT_A_LAYOUT;
  }

  #spaces(): void {
    while (this.#take(' '));
  }
}

function readSlowly(layout: string): readonly Sector[] | null {
  try {
    return new SlowReader(layout).sectors;
  } catch (thrown) {
    if (thrown === NOT_A_LAYOUT) return null;
    throw thrown;
  }
}

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
      fc.constantFrom(...REAL.map(([layout]) => layout)),
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
