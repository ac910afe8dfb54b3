import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { thisComputer } from './this-computer.ts';

const computer = thisComputer();

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'flashline-computer-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test('reads files, a megabyte of them at most, and tells when there is none', async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, 'small'), 'ä\n');
  await writeFile(join(folder, 'large'), 'x'.repeat(3_000_000));
  expect(await computer.readText(join(folder, 'small'))).toBe('ä\n');
  expect(await computer.readText(join(folder, 'large'))).toHaveLength(1024 * 1024);
  expect(await computer.readText(join(folder, 'none'))).toBeNull();
  expect(await computer.readText(folder)).toBeNull();
});

test.skipIf(process.platform !== 'linux')(
  'reads files that do not tell their size, and those without end',
  async () => {
    expect(await computer.readText('/proc/self/comm')).toMatch(/^\S/);
    expect(await computer.readText('/dev/zero')).toHaveLength(1024 * 1024);
  },
);

test('lists folders in order, and follows no link', async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, 'b'), '');
  await symlink('/somewhere/else', join(folder, 'a'));
  expect(await computer.list(folder)).toEqual(['a', 'b']);
  expect(await computer.list(join(folder, 'none'))).toBeNull();
  expect(await computer.linkTarget(join(folder, 'a'))).toBe('/somewhere/else');
  expect(await computer.linkTarget(join(folder, 'b'))).toBeNull();
  expect(await computer.status(join(folder, 'a'))).toBeNull();
  expect(await computer.canReadAndWrite(join(folder, 'b'))).toBe(true);
  expect(await computer.canReadAndWrite(join(folder, 'a'))).toBe(false);
});

test('runs commands, and tells how they ended or that there is none', async () => {
  const script = 'console.log(process.env.LC_ALL); console.error("e"); process.exit(3)';
  expect(await computer.run(process.execPath, ['-e', script])).toEqual({ exitCode: 3, stdout: 'C\n', stderr: 'e\n' });
  expect(await computer.run(process.execPath, ['-e', ''])).toMatchObject({ exitCode: 0 });
  expect(await computer.run('flashline-has-no-such-command', [])).toBeNull();
  const endless = 'process.stdout.on("error", () => {}); setInterval(() => process.stdout.write("x".repeat(1e6)), 1)';
  expect(await computer.run(process.execPath, ['-e', endless])).toBeNull();
});

test('a sync is timed and leaves nothing; where there is no folder, the error is told', async () => {
  const folder = await emptyFolder();
  expect(await computer.syncMs(folder)).toBeGreaterThanOrEqual(0);
  expect(await readdir(folder)).toEqual([]);
  expect(await computer.syncMs(join(folder, 'none'))).toBe('ENOENT');
});

test('knows the disk and the user', async () => {
  const space = await computer.diskSpace(await emptyFolder());
  expect(space?.totalBytes).toBeGreaterThanOrEqual(space?.freeBytes ?? Number.NaN);
  expect(await computer.diskSpace('/flashline/none')).toBeNull();
  expect(computer.user.uid).toBe(process.getuid?.() ?? null);
});
