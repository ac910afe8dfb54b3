import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { computerMs, hereMs } from './computer-clock.ts';

test('another process counts alike', () => {
  const before = computerMs();
  const told = execFileSync(process.execPath, ['-p', 'String(process.hrtime.bigint())'], { env: { NO_COLOR: '1' } });
  const there = Number(told) / 1e6;
  expect(there).toBeGreaterThan(before);
  expect(there).toBeLessThan(computerMs());
});

test('a moment is where the clock of this process had it', () => {
  const before = performance.now();
  const moment = computerMs();
  const after = performance.now();
  while (performance.now() < after + 5);
  expect(hereMs(moment)).toBeGreaterThan(before - 0.1);
  expect(hereMs(moment)).toBeLessThan(after + 0.1);
});
