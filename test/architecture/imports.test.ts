import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** What each package may import of the others: arrows point down only. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'libs/contracts': [],
  'libs/config': ['contracts'],
  'libs/firmware': ['contracts'],
  'libs/dfuse': ['contracts', 'firmware'],
  'libs/usb': ['contracts', 'dfuse'],
  'libs/virtual-boards': ['contracts', 'dfuse'],
  'libs/serial': ['contracts'],
  'libs/queue': ['contracts'],
  'libs/store': ['contracts'],
  'apps/coordinator': ['contracts', 'firmware', 'queue', 'store'],
  'apps/worker': ['contracts', 'firmware', 'dfuse', 'usb', 'virtual-boards', 'serial', 'queue', 'store'],
  'apps/dashboard': ['contracts'],
  'apps/cli': ['contracts', 'config', 'firmware', 'dfuse', 'virtual-boards', 'queue', 'store', 'coordinator', 'worker'],
};

/** External packages with exactly one owner. */
const OWNERS: Readonly<Record<string, string>> = {
  usb: 'libs/usb',
  serialport: 'libs/serial',
  bullmq: 'libs/queue',
  ioredis: 'libs/queue',
  'better-sqlite3': 'libs/store',
  express: 'apps/coordinator',
  preact: 'apps/dashboard',
  commander: 'apps/cli',
  'log-update': 'apps/cli',
  yaml: 'libs/config',
};

interface Package {
  readonly folder: string;
  readonly manifest: {
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly devDependencies?: Readonly<Record<string, string>>;
  };
  /** Per file below src, the modules it imports. */
  readonly imports: ReadonlyMap<string, readonly string[]>;
}

/** Static imports and exports, imports for their effect, and dynamic imports. */
const IMPORTS = /^(?:import|export)\b[^;]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function readPackage(folder: string): Package {
  const path = join(ROOT, folder);
  const files = sourcesBelow(join(path, 'src'));
  const imports = files.map((file) => {
    const found = [...readFileSync(file, 'utf8').matchAll(IMPORTS)].map(
      ([, from, bare, lazy]) => from ?? bare ?? lazy ?? '',
    );
    return [relative(ROOT, file), found] as const;
  });
  return { folder, manifest: JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')), imports: new Map(imports) };
}

/** The package an import names, or null for relative ones and Node's own. */
function packageOf(module: string): string | null {
  if (module.startsWith('.') || module.startsWith('node:') || builtinModules.includes(module)) return null;
  return module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/');
}

const isTest = (file: string) => /\.test\.tsx?$|\/(testing|rig)\//.test(file);
const packages = Object.keys(MAY_IMPORT).map(readPackage);

test('every package of the workspace is in the picture', () => {
  const found = ['libs', 'apps'].flatMap((group) => readdirSync(join(ROOT, group)).map((name) => `${group}/${name}`));
  expect(found.sort()).toEqual(Object.keys(MAY_IMPORT).sort());
});

describe.each(packages)('$folder', ({ folder, manifest, imports }) => {
  test('imports only downwards', () => {
    const allowed = (MAY_IMPORT[folder] ?? []).map((name) => `@flashline/${name}`);
    const wrong = [...imports].flatMap(([file, modules]) =>
      modules.filter((m) => m.startsWith('@flashline/') && !allowed.includes(m)).map((m) => `${file} imports ${m}`),
    );
    expect(wrong).toEqual([]);
  });

  test('lists exactly what it imports', () => {
    const shipped = [...imports].filter(([file]) => !isTest(file)).flatMap(([, modules]) => modules);
    const used = new Set(shipped.map(packageOf).filter((name) => name !== null));
    expect([...used].sort()).toEqual(Object.keys(manifest.dependencies ?? {}).sort());
  });

  test('leaves packages that have an owner to their owner', () => {
    const wrong = Object.keys(manifest.dependencies ?? {}).filter((name) => (OWNERS[name] ?? folder) !== folder);
    expect(wrong).toEqual([]);
  });

  test('does not reach into the folders of another package', () => {
    const outside = [...imports].flatMap(([file, modules]) =>
      modules
        .filter((module) => module.startsWith('.') && !join(file, '..', module).startsWith(`${folder}/src/`))
        .map((module) => `${file} imports ${module}`),
    );
    expect(outside).toEqual([]);
  });
});
