import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kibIn, parseStat, treeOf, treeUse } from './process-tree.ts';

test('a line of /proc/PID/stat is read past whatever the process calls itself', () => {
  const line = '4711 (no) de (x) S 42 4711 42 0 -1 4194304 100 0 0 0 150 50 20 5 20 0 11 0 9999 1 2 3';
  expect(parseStat(line)).toEqual({ pid: 4711, parent: 42, cpuSeconds: 2.25 });
});

test('a tree is a process and all below it, and nothing beside it', () => {
  const stat = (pid: number, parent: number) => ({ pid, parent, cpuSeconds: 0 });
  const all = [stat(1, 0), stat(2, 1), stat(3, 2), stat(4, 1), stat(5, 9)];
  expect(treeOf(2, all).map(({ pid }) => pid)).toEqual([2, 3]);
  expect(treeOf(1, all).map(({ pid }) => pid)).toEqual([1, 2, 3, 4]);
  expect(treeOf(7, all)).toEqual([]);
});

test('kibibytes are found by their name at the start of a line', () => {
  const text = 'Rss:   200 kB\nPss:   123 kB\nSwapPss:   7 kB\n';
  expect(kibIn(text, 'Pss')).toBe(123);
  expect(kibIn(text, 'Uss')).toBe(0);
});

test.runIf(existsSync('/proc/self/stat'))('a child counts with its parent, in processes and in memory', async () => {
  const before = treeUse(process.pid);
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume(); console.log(1)'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const during = treeUse(process.pid);
  child.kill();
  await once(child, 'exit');
  expect(during.processes).toBe(before.processes + 1);
  expect(during.memoryMiB).toBeGreaterThan(before.memoryMiB);
});
