import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockDataFolder } from './data-folder.ts';
import { startChild } from './testing/child.ts';
import { temporaryFolder, thrownBy } from './testing/ledgers.ts';

test('a missing data folder is created, with everything above it', () => {
  const folder = join(temporaryFolder(), 'line', 'data');
  lockDataFolder(folder).release();
  expect(existsSync(folder)).toBe(true);
});

test('a folder has one owner at a time, and a released one can be taken again', () => {
  const folder = temporaryFolder();
  const first = lockDataFolder(folder);
  expect(thrownBy(() => lockDataFolder(folder))).toMatchObject({ code: 'DATA_IN_USE', details: { folder } });
  first.release();
  lockDataFolder(folder).release();
});

test('the lock holds across processes and without anyone keeping it in a variable; kill -9 lets go of it', async () => {
  const folder = temporaryFolder();
  const child = startChild(
    `import { lockDataFolder } from './data-folder.ts';
     lockDataFolder(process.argv[1]);
     globalThis.gc();
     setTimeout(() => { globalThis.gc(); console.log('locked'); }, 10);
     setInterval(() => {}, 1000);`,
    import.meta.url,
    [folder],
  );
  expect(await child.line()).toBe('locked');
  expect(thrownBy(() => lockDataFolder(folder))).toMatchObject({ code: 'DATA_IN_USE', details: { folder } });
  await child.kill();
  lockDataFolder(folder).release();
});

test('a file in the place of the folder is DATA_NOT_WRITABLE and stays as it is', () => {
  const folder = join(temporaryFolder(), 'data');
  writeFileSync(folder, 'precious');
  expect(thrownBy(() => lockDataFolder(folder))).toMatchObject({ code: 'DATA_NOT_WRITABLE', details: { folder } });
});

test('a folder in which no file can be made is DATA_NOT_WRITABLE', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'station.lock'));
  expect(thrownBy(() => lockDataFolder(folder))).toMatchObject({ code: 'DATA_NOT_WRITABLE', details: { folder } });
});
