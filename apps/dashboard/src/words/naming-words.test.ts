import { expect, test } from 'vitest';
import { labelsWords, noteWords, unmovedWords } from './naming-words.ts';

test('labels that the station would not keep are told', () => {
  const many = Array.from({ length: 256 }, (_, n) => `A${n}`);
  expect(labelsWords([...many.slice(1), 'x'.repeat(32)])).toBeNull();
  expect(labelsWords([...many, 'B1'])).toMatch(/257.*256/);
  expect(labelsWords(['A1', 'x'.repeat(33)])).toMatch(/32.*x{33}$/);
});

test('boards that are plugged in already are named by their ports, and have to be plugged in again', () => {
  expect(unmovedWords([])).toBeNull();
  expect(unmovedWords(['1-1'])).toMatch(/on port 1-1\..*plug it in again/);
  expect(unmovedWords(['1-10', '1-2'])).toMatch(/^2 boards .*on ports 1-2, 1-10\..*plug them in again/);
});

test('what cannot be an answer is told with its port, and what was found needs no words', () => {
  const device = { path: '1-3', vendorId: 0x1a86, productId: 0x7523, mode: 'other', arrival: 'x' } as const;
  expect(noteWords({ kind: 'taken', label: 'A3', path: '1-3' })).toMatch(/^Port 1-3 is A3 already/);
  expect(noteWords({ kind: 'several', paths: ['1-1', '1-2'] })).toMatch(/^2 boards .*1-1, 1-2.* Pull them/);
  expect(noteWords({ kind: 'stranger', device })).toMatch(/^1a86:7523 on port 1-3 .*BOOT0/);
  for (const note of [null, { kind: 'found', label: 'A', device }, { kind: 'skipped', label: 'A' }] as const)
    expect(noteWords(note)).toBeNull();
});
