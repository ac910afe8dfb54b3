import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GROUPS, MUTATIONS } from './catalogue.ts';
import { ENGINE, misfit, testFile } from './mutation.ts';
import { PAGE, pageOf } from './page.ts';

const ROOT = join(import.meta.dirname, '../..');

test.each(MUTATIONS.map((mutation) => [mutation.why, mutation] as const))(
  '"%s" can still be done',
  (_why, mutation) => {
    expect(misfit(mutation, readFileSync(join(ROOT, ENGINE, mutation.file), 'utf8'))).toBeNull();
    for (const name of mutation.first) expect(existsSync(join(ROOT, testFile(name))), name).toBe(true);
  },
);

test('no two are the same', () => {
  expect(new Set(MUTATIONS.map(({ file, find, replace }) => `${file}\n${find}\n${replace}`)).size).toBe(
    MUTATIONS.length,
  );
});

test('docs/mutations.md lists them: npm run mutations -- --write', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(pageOf(GROUPS));
});
