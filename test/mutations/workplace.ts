import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ENGINE, type Mutation, misfit } from './mutation.ts';

const ROOT = join(import.meta.dirname, '../..');
const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', '.git', 'data', 'dist']);

/** A copy of the repository in which anything may be broken. */
export interface Workplace {
  readonly root: string;
  /** Changes one file, and returns what puts it back. Throws when the mutation does not fit the file any more. */
  apply(mutation: Mutation): () => void;
}

/** Folders with so many copies of the repository, and what removes them. */
export function workplaces(count: number): { readonly places: readonly Workplace[]; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'flashline-mutations-'));
  // Real firmware lies beside the repository, where it is there at all.
  const shared = join(ROOT, '../shared');
  if (existsSync(shared)) symlinkSync(shared, join(folder, 'shared'), 'junction');
  const places = Array.from({ length: count }, (_, n) => workplace(join(folder, `copy-${n + 1}`)));
  return { places, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function workplace(root: string): Workplace {
  for (const name of readdirSync(ROOT).filter((one) => !LEFT_OUT.has(one)))
    cpSync(join(ROOT, name), join(root, name), { recursive: true, filter: (path) => !LEFT_OUT.has(basename(path)) });
  linkModules(root);
  return { root, apply: (mutation) => mutate(join(root, ENGINE, mutation.file), mutation) };
}

/** The packages of others stay where they are; our own are the copies. */
function linkModules(root: string): void {
  const modules = join(root, 'node_modules');
  mkdirSync(join(modules, '@flashline'), { recursive: true });
  const others = readdirSync(join(ROOT, 'node_modules')).filter(
    (name) => !name.startsWith('.') && name !== '@flashline',
  );
  for (const name of others) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name), 'junction');
  for (const group of ['libs', 'apps'])
    for (const name of readdirSync(join(root, group)))
      symlinkSync(join(root, group, name), join(modules, '@flashline', name), 'junction');
}

function mutate(path: string, mutation: Mutation): () => void {
  const text = readFileSync(path, 'utf8');
  const wrong = misfit(mutation, text);
  if (wrong !== null) throw new Error(`${basename(dirname(path))}/${basename(path)}: ${wrong}`);
  writeFileSync(
    path,
    text.replace(mutation.find, () => mutation.replace),
  );
  return () => writeFileSync(path, text);
}
