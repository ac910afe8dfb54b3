import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layoutText, layoutTexts } from './layout-text.ts';

const F4 = '@Internal Flash /0x08000000/04*016Kg,01*064Kg,07*128Kg';

test.each([
  ['nothing', F4],
  ['two spaces for one', F4.replace(' /', '  /')],
  ['three spaces for one', F4.replace(' /', '   /')],
  ['spaces at the ends', `  ${F4} `],
  ['what a wrong bLength drags in', `${F4}\u0000\u2603 \t`],
  ['control characters among spaces', F4.replace(' /', ' \u0000 /')],
])('what pads a layout string is left out: %s', (_what, layout) => {
  expect(layoutText(layout)).toBe(F4);
});

test('a space where there was none, other letters and other zeros stay', () => {
  for (const other of [
    F4.replace(' /', '/'),
    F4.replace('/0x', '/ 0x'),
    F4.toLowerCase(),
    F4.replace('04*016', '4*16'),
  ])
    expect(layoutText(other)).toBe(other);
});

test('any string keeps its visible characters in their order, and is left alone the second time', () => {
  const visible = (text: string) => text.replace(/[^\x21-\x7e]/g, '');
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(' ', '@', '/', '0', 'K', '\u0000', '\u00e9', '\n') }), (layout) => {
      const text = layoutText(layout);
      expect(visible(text)).toBe(visible(layout));
      expect(text).not.toMatch(/^ | {2}| $|[^ -~]/);
      expect(layoutText(text)).toBe(text);
    }),
  );
});

test('of several strings neither order nor padding counts, but how often each is there', () => {
  expect(layoutTexts(['@B/0x0/1*1e', '@A  X/0x0/1*1g '])).toBe(layoutTexts(['@A X/0x0/1*1g', '@B/0x0/1*1e']));
  expect(layoutTexts([F4, F4])).not.toBe(layoutTexts([F4]));
  expect(layoutTexts([F4, '@B/0x0/1*1e'])).not.toBe(layoutTexts([F4, '@B/0x0/1*2e']));
});
