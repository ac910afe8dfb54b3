import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from '@flashline/contracts';
import type { BusDevice, Trust } from '@flashline/dfuse';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTouchedBoards } from './touched-boards.ts';

const HOUR_MS = 60 * 60_000;
let folder: string;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'flashline-touched-')), 'touched');
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

function board(path: string, usbSerial: string | null, more: Partial<BusDevice> = {}): BusDevice {
  const ids = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200 };
  return { path, address: 1, ...ids, usbSerial, mode: 'dfu', ...more };
}

/** A run that touches these boards. */
async function touch(...boards: BusDevice[]) {
  const troubles: Fault[] = [];
  const marks = await openTouchedBoards(folder, {
    nowMs: Date.now(),
    onTrouble: (trouble) => troubles.push(trouble),
  });
  const trusts = new Map<string, Trust>();
  await Promise.all(boards.map(async (one) => trusts.set(one.path, await marks.touch(one))));
  return { ...marks, trust: (path: string) => trusts.get(path), troubles };
}

async function age(ms: number): Promise<void> {
  const then = new Date(Date.now() - ms);
  for (const name of await readdir(folder)) await utimes(join(folder, name), then, then);
}

test('a board that nobody touched is believed, and marked from then on', async () => {
  const touched = await touch(board('1-1', 'A'));
  expect(touched.troubles).toEqual([]);
  expect(touched.trust('1-1')).toBe('yes');
  const [name = ''] = await readdir(folder);
  expect(JSON.parse(await readFile(join(folder, name), 'utf8'))).toMatchObject({ path: '1-1', usbSerial: 'A' });
});

test('a board that was touched and not proven is not believed, on whatever port it comes back', async () => {
  await touch(board('1-1', 'A'));
  const again = await touch(board('1-2', 'A'), board('1-1', 'B'));
  expect(again.trust('1-2')).toBe('no');
  expect(again.trust('1-1')).toBe('yes');
});

test.each([
  ['vendor', { vendorId: 0x2e3c }],
  ['product', { productId: 1 }],
  ['version', { bcdDevice: 0x2100 }],
  ['serial', { usbSerial: null }],
])('a board of another %s is another board', async (_what, other) => {
  await touch(board('1-1', 'A'));
  expect((await touch(board('1-1', 'A', other))).trust('1-1')).toBe('yes');
});

test('a board that was proven is believed again', async () => {
  await (await touch(board('1-1', 'A'))).proven('1-1', { isAll: false });
  expect(await readdir(folder)).toEqual([]);
  expect((await touch(board('1-1', 'A'))).trust('1-1')).toBe('yes');
});

test('a board with a serial of its own answers for its older marks, one that shares its serial does not', async () => {
  await touch(board('1-1', 'SHARED'));
  await (await touch(board('1-1', 'SHARED'))).proven('1-1', { isAll: false });
  expect((await touch(board('1-1', 'SHARED'))).trust('1-1')).toBe('no');
  await (await touch(board('1-1', 'SHARED'))).proven('1-1', { isAll: true });
  expect((await touch(board('1-1', 'SHARED'))).trust('1-1')).toBe('yes');
});

test('boards of one run that share a serial do not make each other suspect', async () => {
  const first = await touch(board('1-1', 'STM32'), board('1-2', 'STM32'), board('1-3', null), board('1-4', null));
  expect(['1-1', '1-2', '1-3', '1-4'].map((path) => first.trust(path))).toEqual(['yes', 'yes', 'yes', 'yes']);
  // One passes, the other is pulled: who is put in next may be that one.
  await first.proven('1-1', { isAll: false });
  expect((await touch(board('1-1', 'STM32'))).trust('1-1')).toBe('no');
});

test('a mark counts for a day, then for boards with a serial of their own, and goes after a season', async () => {
  await touch(board('1-1', null));
  await age(23 * HOUR_MS);
  expect((await touch(board('1-1', null))).trust('1-1')).toBe('no');
  await age(25 * HOUR_MS);
  expect((await touch(board('1-1', null))).trust('1-1')).toBe('shared-serial');
  await age(91 * 24 * HOUR_MS);
  expect((await touch(board('1-1', null))).trust('1-1')).toBe('yes');
  expect(await readdir(folder)).toHaveLength(1);
});

test('a serial that is made to leave the folder stays in it', async () => {
  await touch(board('1-1', '../../../etc/passwd\u0000'));
  const names = await readdir(folder);
  expect(names).toHaveLength(1);
  expect(names[0]).toMatch(/^0483-df11-2200-[0-9a-f]{32}\.[0-9a-f-]{36}\.json$/);
});

test('what else is in the folder is left alone', async () => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'notes.txt'), 'mine');
  await age(1000 * HOUR_MS);
  const touched = await touch(board('1-1', 'A'));
  expect(touched.trust('1-1')).toBe('yes');
  expect(await readdir(folder)).toContain('notes.txt');
});

test('where nothing can be marked nothing is believed, and it is said why', async () => {
  await writeFile(folder, 'a file, not a folder');
  const touched = await touch(board('1-1', 'A'), board('1-2', 'B'));
  expect([touched.trust('1-1'), touched.trust('1-2')]).toEqual(['no', 'no']);
  expect(touched.troubles).toMatchObject([{ code: 'DATA_NOT_WRITABLE', details: { folder } }]);
  await touched.proven('1-1', { isAll: true });
});
