import { expect, test } from 'vitest';
import { reportOf } from './report.ts';
import { bad, ok, skipped, unknown, warn } from './verdict.ts';

test('every check has a line, what to do stands below it, and what was skipped for one reason shares a line', () => {
  const findings = [
    { id: 'node', ...ok('Node.js 24.') },
    { id: 'udev-rule', ...bad('No rule.', ['sudo one', 'sudo two']) },
    { id: 'clock', ...skipped('No USB.') },
    { id: 'redis', ...skipped('No USB.') },
    { id: 'x', ...warn('Slow.') },
    { id: 'y', ...unknown('Not told.') },
  ];
  expect(reportOf(findings).split('\n')).toEqual([
    'ok       node       Node.js 24.',
    'BAD      udev-rule  No rule.',
    '                      sudo one',
    '                      sudo two',
    'WARNING  x          Slow.',
    'unknown  y          Not told.',
    'skipped  clock      No USB. Also for redis.',
    '',
    '1 bad, 1 warning. 1 could not be found out. What to do stands below each.',
  ]);
});

test('nothing wrong is said to be nothing', () => {
  expect(reportOf([{ id: 'node', ...ok('Fine.') }])).toMatch(/\n\nNothing is wrong\.$/);
});
