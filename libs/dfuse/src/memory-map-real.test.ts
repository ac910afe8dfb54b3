import { describe, expect, test } from 'vitest';
import { parseMemoryMap } from './memory-map.ts';
import { REAL_LAYOUTS } from './testing/real-layouts.ts';
import { readSlowly } from './testing/slow-memory-map.ts';

/** The runs of a map as the table writes them. */
function written(layout: string): string[] {
  return parseMemoryMap(layout).runs.map(({ count, bytes, address }) => `${count}*${bytes}@${address.toString(16)}`);
}

describe('the layout strings of real devices', () => {
  test.each(REAL_LAYOUTS)('$device: $layout', ({ layout, runs }) => {
    expect(written(layout)).toEqual(runs);
    expect(parseMemoryMap(layout).sectors).toEqual(readSlowly(layout));
  });

  test('give the name without its padding', () => {
    expect(parseMemoryMap('@Internal Flash   /0x08000000/64*02Kg').name).toBe('Internal Flash');
    expect(parseMemoryMap('@SPI Flash : M25P64/0x00000000/64*064Kg').name).toBe('SPI Flash : M25P64');
    expect(parseMemoryMap('@Internal Flash  2MB   /0x08000000/01*128Ka').name).toBe('Internal Flash 2MB');
  });

  test('keep the memories apart that an AT32 describes in one string', () => {
    const map = parseMemoryMap('@Internal Flash  /0x08000000/512*002Kg,@Option byte   /0x1FFFC000/01*512 g');
    expect(map.name).toBe('Internal Flash');
    expect(map.sectors.at(-1)).toMatchObject({ memory: 'Option byte', address: 0x1fffc000 });
  });

  test('tell what may be done: a bootloader that keeps itself, option bytes that are never erased', () => {
    const [kept, free] = parseMemoryMap('@Internal Flash   /0x08000000/8*001Ka,120*001Kg').runs;
    expect(kept).toMatchObject({ count: 8, readable: true, erasable: false, writable: false });
    expect(free).toMatchObject({ count: 120, readable: true, erasable: true, writable: true });
    const [options] = parseMemoryMap('@Option Bytes  /0x1FFFC000/01*016 e').sectors;
    expect(options).toMatchObject({ readable: true, erasable: false, writable: true });
  });

  test('may be followed by what a wrong bLength drags in (F427)', () => {
    expect(written('@Internal Flash  /0x08000000/04*016Kg\u0000\u0000\u2603')).toEqual(['4*16384@8000000']);
  });

  test('never let a Device Feature be erased, whatever letter it has', () => {
    const [feature] = parseMemoryMap('@Device Feature/0xFFFF0000/01*004 g').sectors;
    expect(feature).toMatchObject({ readable: true, erasable: false, writable: true });
  });
});
