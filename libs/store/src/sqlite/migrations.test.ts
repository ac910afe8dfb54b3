import { cpSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, thrownBy } from '../testing/ledgers.ts';
import { migrate, pendingMigrations, readMigrations, schemaBy, schemaOf } from './migrations.ts';
import { openInMemory } from './opening.ts';

const FIRST = 'create table one (a integer) strict;\n';
const SECOND = 'create table two (a integer) strict;\n';

function twoMigrations(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, '0001_one.sql'), FIRST);
  writeFileSync(join(folder, '0002_two.sql'), SECOND);
  return folder;
}

function refusal(file: string): unknown {
  return expect.objectContaining({ code: 'MIGRATION_REFUSED', details: expect.objectContaining({ file }) });
}

test('pending migrations are applied in their order, once', () => {
  const migrations = readMigrations(twoMigrations());
  const connection = openInMemory();
  migrate(connection, migrations.slice(0, 1));
  expect(pendingMigrations(connection, migrations).map(({ name }) => name)).toEqual(['0002_two.sql']);
  migrate(connection, migrations);
  migrate(connection, migrations);
  expect(pendingMigrations(connection, migrations)).toEqual([]);
  expect(schemaOf(connection)).toEqual(schemaBy(migrations));
});

test('a migration that fails half-way leaves nothing of itself', () => {
  const folder = twoMigrations();
  writeFileSync(join(folder, '0003_three.sql'), 'create table three (a integer) strict; create table one (a integer);');
  const connection = openInMemory();
  expect(thrownBy(() => migrate(connection, readMigrations(folder)))).toMatchObject({ code: 'RECORD_FAILED' });
  expect([...schemaOf(connection).keys()]).not.toContain('table three');
  expect(pendingMigrations(connection, readMigrations(folder)).map(({ name }) => name)).toEqual(['0003_three.sql']);
});

test('line endings of a checkout do not make another migration', () => {
  const folder = twoMigrations();
  const before = readMigrations(folder);
  writeFileSync(join(folder, '0001_one.sql'), FIRST.replaceAll('\n', '\r\n'));
  expect(readMigrations(folder)).toEqual(before);
});

const TAMPERED: Record<string, { tamper: (folder: string) => void; file: string }> = {
  edited: { tamper: (folder) => writeFileSync(join(folder, '0001_one.sql'), `${FIRST}-- x`), file: '0001_one.sql' },
  'missing in the middle': { tamper: (folder) => rmSync(join(folder, '0001_one.sql')), file: '0002_two.sql' },
  'missing at the end': { tamper: (folder) => rmSync(join(folder, '0002_two.sql')), file: '0002_two.sql' },
  'exchanged for another': {
    tamper: (folder) => renameSync(join(folder, '0002_two.sql'), join(folder, '0002_other.sql')),
    file: '0002_two.sql',
  },
  reordered: {
    tamper: (folder) => {
      rmSync(join(folder, '0001_one.sql'));
      renameSync(join(folder, '0002_two.sql'), join(folder, '0001_two.sql'));
      writeFileSync(join(folder, '0002_one.sql'), FIRST);
    },
    file: '0001_one.sql',
  },
  'misnamed, the next one': {
    tamper: (folder) => writeFileSync(join(folder, 'three.sql'), SECOND),
    file: 'three.sql',
  },
  'numbered with a gap': {
    tamper: (folder) => writeFileSync(join(folder, '0004_four.sql'), SECOND),
    file: '0004_four.sql',
  },
};

test.each(Object.keys(TAMPERED))('a migration that is %s is refused', (how) => {
  const original = twoMigrations();
  const connection = openInMemory();
  migrate(connection, readMigrations(original));
  const folder = temporaryFolder();
  cpSync(original, folder, { recursive: true });
  TAMPERED[how]?.tamper(folder);
  expect(thrownBy(() => migrate(connection, readMigrations(folder)))).toEqual(refusal(TAMPERED[how]?.file ?? ''));
});

test('applied in another order than they are numbered is refused', () => {
  const [one, two] = readMigrations(twoMigrations());
  if (!one || !two) throw new Error('two migrations expected');
  const connection = openInMemory();
  migrate(connection, [two]);
  expect(thrownBy(() => migrate(connection, [one, two]))).toEqual(refusal('0002_two.sql'));
});

test('a database of a newer version is refused', () => {
  const migrations = readMigrations(twoMigrations());
  const connection = openInMemory();
  migrate(connection, migrations);
  const fault = thrownBy(() => migrate(connection, migrations.slice(0, 1)));
  expect(fault).toMatchObject({ details: { file: '0002_two.sql', reason: 'applied by a newer version' } });
});

test('the folders of migrations hold nothing but migrations', () => {
  for (const name of ['ledger', 'journal']) {
    const folder = join(import.meta.dirname, '../../../../migrations', name);
    expect(readMigrations(folder).map((migration) => migration.name)).toEqual(readdirSync(folder).sort());
  }
});
