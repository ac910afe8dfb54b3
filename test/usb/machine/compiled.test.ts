import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { shareCompiled, takeCompiled } from './compiled.ts';

const VERSION = 'v24.21.0-x64-6e2c3a7d';

test.each(['0', '1000'])('what user %s compiled outside is there for root of the machine, and for others', (uid) => {
  const folder = mkdtempSync(join(tmpdir(), 'flashline-taken-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const ahead = join(folder, 'programs/compiled', `${VERSION}-${uid}`);
  mkdirSync(ahead, { recursive: true });
  writeFileSync(join(ahead, 'code'), 'compiled');

  const taken = join(folder, 'taken');
  takeCompiled(join(folder, 'programs'), taken);
  shareCompiled(taken, 1001);
  expect(readdirSync(taken).sort()).toEqual([`${VERSION}-0`, `${VERSION}-1001`]);
  for (const name of readdirSync(taken)) expect(readFileSync(join(taken, name, 'code'), 'utf8')).toBe('compiled');
});
