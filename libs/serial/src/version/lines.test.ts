import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesIn, wholeLinesIn } from './lines.ts';

test('the lines of an answer are without echo, prompts, colours and what cannot be printed', () => {
  const said = 'version\r\n# \u001b[32mBetaflight\u001b[0m / F405 \u00074.5.1\t\r\n\r\n# version\n# \r\nübrig';
  expect(linesIn(said, 'version')).toEqual(['# Betaflight / F405 4.5.1', 'brig']);
  expect(wholeLinesIn(said, 'version')).toEqual(['# Betaflight / F405 4.5.1']);
  expect(wholeLinesIn('half a line', null)).toEqual([]);
});

test('of any text there are at most 64 lines of 256 printable characters, the last ones', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40_000 }), fc.string(), (said, command) => {
      for (const lines of [linesIn(said, command), wholeLinesIn(said, command)]) {
        expect(lines.length).toBeLessThanOrEqual(64);
        for (const line of lines) expect(line).toMatch(/^[ -~]{1,256}$/);
      }
    }),
  );
  const many = Array.from({ length: 100 }, (_, n) => `${n} ${'x'.repeat(300)}`).join('\n');
  expect(linesIn(many, null).map((line) => [line.split(' ')[0], line.length])).toEqual(
    Array.from({ length: 64 }, (_, n) => [`${n + 36}`, 256]),
  );
});
