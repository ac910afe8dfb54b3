import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { type Document, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { configInvalid } from './problems/config-invalid.ts';
import { plainWords } from './problems/plain-words.ts';
import { schemaProblems } from './problems/schema-problem.ts';
import { writtenAt } from './problems/written.ts';
import { yamlProblems } from './problems/yaml-problem.ts';
import { unreadableFile } from './unreadable-file.ts';

/** Twice the same key is looked for here: the package compares every key with every other, seconds for a large map. */
const PARSE_OPTIONS = { uniqueKeys: false, prettyErrors: false, logLevel: 'error' } as const;

/** How much of a file may be read: what a person writes by hand is small, a larger file is something else. */
export interface YamlLimits {
  readonly bytesMax: number;
}

/**
 * Reads a configuration file and checks it. Throws FILE_UNREADABLE, or CONFIG_INVALID with everything that is wrong with it
 * (`configProblems`).
 */
export async function readYamlFile<S extends z.ZodType>(
  file: string,
  schema: S,
  { bytesMax }: YamlLimits,
): Promise<z.output<S>> {
  const text = decode(file, await readBytes(file, bytesMax));
  return parseYaml(text, schema, file);
}

/** Parses and checks the text of a configuration file; `file` only names it. Throws CONFIG_INVALID. */
export function parseYaml<S extends z.ZodType>(text: string, schema: S, file: string): z.output<S> {
  const lines = new LineCounter();
  const document = guarded(file, () => parseDocument(text, { ...PARSE_OPTIONS, lineCounter: lines }));
  const problems = guarded(file, () => yamlProblems(document, lines));
  if (problems.length > 0) throw configInvalid(file, problems);
  const value = guarded(file, () => plainValue(document));
  const checked = schema.safeParse(value, { error: plainWords });
  if (checked.success) return checked.data;
  throw configInvalid(
    file,
    schemaProblems(checked.error, (path) => writtenAt(document, lines, path)),
  );
}

/** Aliases are how a small YAML file becomes a huge object. */
function plainValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (thrown) {
    if (thrown instanceof ReferenceError)
      throw new Error('it refers to itself with *: write the value out', { cause: thrown });
    throw thrown;
  }
}

async function readBytes(file: string, bytesMax: number): Promise<Buffer> {
  // One byte more than allowed is enough to know, also of a file that has no end.
  const bytes = await buffer(createReadStream(file, { end: bytesMax })).catch((cause: unknown) => {
    throw unreadableFile(file, cause);
  });
  if (bytes.length > bytesMax) throw unusable(file, `is larger than a configuration file may be: ${bytesMax} bytes`);
  return bytes;
}

function decode(file: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unusable(file, 'is no text in UTF-8');
  }
}

/** What parsers throw, a stack that is used up by ten thousand brackets included, is about the file. */
function guarded<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    throw unusable(file, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function unusable(file: string, reason: string) {
  return configInvalid(file, [{ line: null, field: null, reason }]);
}
