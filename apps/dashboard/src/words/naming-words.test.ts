import { expect, test } from 'vitest';
import { lostWords, unmovedWords } from './naming-words.ts';

test('boards that are plugged in already are named by their ports, and have to be plugged in again', () => {
  expect(unmovedWords([])).toBeNull();
  expect(unmovedWords(['1-1'])).toMatch(/on port 1-1\..*plug it in again/);
  expect(unmovedWords(['1-10', '1-2'])).toMatch(/^2 boards .*on ports 1-2, 1-10\..*plug them in again/);
});

test('a slot that goes is told with its port and the reason', () => {
  expect(lostWords({ kind: 'taken', label: 'A3', path: '1-3', by: 'B' })).toBe(
    'A3 is no slot any more: its port 1-3 is B now.',
  );
  expect(lostWords({ kind: 'unlisted', label: 'Z', path: '1-9' })).toMatch(/^Z \(port 1-9\) is no slot any more/);
  expect(lostWords({ kind: 'portless', label: 'N' })).toMatch(/^N does not become a slot/);
});
