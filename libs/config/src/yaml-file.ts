import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { Fault, type FaultDetails } from '@flashline/contracts';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { firstProblem } from './yaml-problem.ts';

/** Twice the same key is looked for here: the package compares every key with every other, seconds for a large map. */
const PARSE_OPTIONS = { uniqueKeys: false, prettyErrors: false, logLevel: 'error' } as const;

/** How much of a file may be read: what a person writes by hand is small, a larger file is something else. */
export interface YamlLimits {
  readonly bytesMax: number;
}

/**
 * Reads a configuration file and checks it. Throws FILE_UNREADABLE, or CONFIG_INVALID with the file, the reason, and the field
 * and line where they are known.
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
  const problem = guarded(file, () => firstProblem(document));
  if (problem !== null)
    throw invalid({ file, line: lines.linePos(problem.offset).line, reason: short(problem.reason) });
  // Aliases are how a small YAML file becomes a huge object.
  const value = guarded(file, () => document.toJS({ maxAliasCount: 0 }) as unknown);
  return check(schema, value, (path) => ({ file, ...lineOf(document, lines, path) }));
}

/** Checks a value; `where` turns the path of the first thing that is wrong into facts about its place. Throws CONFIG_INVALID. */
export function check<S extends z.ZodType>(
  schema: S,
  value: unknown,
  where: (path: readonly PropertyKey[]) => FaultDetails,
): z.output<S> {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const path = issue?.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : (issue?.path ?? []);
  const field = path.length === 0 ? {} : { field: short(path.map(String).join('.')) };
  throw invalid({ ...where(path), ...field, reason: short(issue?.message ?? '') });
}

/** The line of the field; of what encloses it, when it is the field that is missing. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): FaultDetails {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return { line: lines.linePos(node.range[0]).line };
  }
  return {};
}

async function readBytes(file: string, bytesMax: number): Promise<Buffer> {
  // One byte more than allowed is enough to know, also of a file that has no end.
  const bytes = await buffer(createReadStream(file, { end: bytesMax })).catch((cause: unknown) => {
    throw new Fault('FILE_UNREADABLE', { file, reason: messageOf(cause) }, { cause });
  });
  if (bytes.length > bytesMax) throw invalid({ file, bytesMax, reason: 'larger than a configuration file may be' });
  return bytes;
}

function decode(file: string, bytes: Buffer): string {
  return guarded(file, () => new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

/** What parsers throw, a stack that is used up by ten thousand brackets included, is about the file. */
function guarded<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw invalid({ file, reason: messageOf(cause) }, cause);
  }
}

/** Names in a file that is something else can be as long as the file. */
function short(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function invalid(details: FaultDetails, cause?: unknown): Fault {
  return new Fault('CONFIG_INVALID', details, { cause });
}
