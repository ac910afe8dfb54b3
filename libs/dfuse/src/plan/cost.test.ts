import { expect, test } from 'vitest';
import { madePart } from '../testing/made-part.ts';
import { Cost } from './cost.ts';

const { timing } = madePart();

test('erasing costs so much for each sector and again for its size', () => {
  expect(new Cost(timing).eraseMs([{ bytes: 1024 }, { bytes: 16_384 }])).toBe(10 + 1 + 10 + 16);
  expect(new Cost(timing).eraseMs([])).toBe(0);
});

test('writing costs the silicon and the wire', () => {
  expect(new Cost(timing).writeMs(2048)).toBe(2 * (3 + 1));
});

test('erasing everything costs what is known of it, and without that more than anything', () => {
  expect(new Cost(timing).massEraseMs).toBe(25);
  expect(new Cost({ ...timing, massEraseMs: null }).massEraseMs).toBe(Number.POSITIVE_INFINITY);
});

test('a part that nobody has described is taken for slow to erase, and never erased at once for its speed', () => {
  const cost = new Cost();
  expect(cost.eraseMs([{ bytes: 16_384 }])).toBeGreaterThan(100);
  expect(cost.massEraseMs).toBe(Number.POSITIVE_INFINITY);
});
