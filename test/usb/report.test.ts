import { expect, test } from 'vitest';
import { reportOf, tailOf } from './report.ts';

const scenarios = [{ name: 'smoke', says: 'all is up', limitSeconds: 1 }];
const left = (file: string) =>
  ({ 'smoke.out': 'a\r\nb\n', 'smoke.err': 'Error: c\n', 'smoke.dmesg': '[1.0] d\n' })[file] ?? '';

test('a scenario that passed is one line and what it printed', () => {
  const ended = { name: 'smoke', seconds: 2.34, exitCode: 0, signal: null };
  expect(reportOf(ended, scenarios, left)).toBe('pass  smoke             2.3 s  all is up\n      a\n      b');
});

test('one that failed also tells its errors, how it ended, and what the kernel said', () => {
  const ended = { name: 'smoke', seconds: 2, exitCode: 7, signal: null };
  const lines = reportOf(ended, scenarios, left)
    .split('\n')
    .map((line) => line.trim());
  expect(lines[0]).toMatch(/^FAIL {2}smoke/);
  expect(lines.slice(1)).toEqual([
    'a',
    'b',
    'Error: c',
    'ended by exit code 7',
    'the kernel said meanwhile:',
    '[1.0] d',
  ]);
});

test('one that was ended at its limit has failed by the signal', () => {
  const ended = { name: 'smoke', seconds: 2, exitCode: null, signal: 'SIGKILL' };
  expect(reportOf(ended, scenarios, left)).toContain('ended by SIGKILL');
});

test('of a long text only the end is shown', () => {
  const lines = Array.from({ length: 100 }, (_, n) => String(n));
  expect(tailOf(`${lines.join('\n')}\n\n`)).toBe(lines.slice(-40).join('\n'));
});
