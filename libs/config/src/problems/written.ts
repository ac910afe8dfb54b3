import { type Document, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml';

/** What stands in a file where a field is, or should be. */
export interface Written {
  /** Of the field; of what encloses it, when it is the field that is missing; null when that is the whole file. */
  readonly line: number | null;
  /** What the field holds, as people say it; null when it is missing. */
  readonly value: string | null;
}

/** Looks a field up by the names and numbers that lead to it. */
export function writtenAt(document: Document, lines: LineCounter, path: readonly PropertyKey[]): Written {
  let at: unknown = document.contents;
  let line: number | null = null;
  for (const name of path) {
    const step = stepInto(at, name);
    if (step === null) return { line, value: null };
    line = lineOf(step.begin, lines) ?? line;
    at = step.value;
  }
  return { line, value: wordsFor(at) };
}

/** Where the next field begins, and what it holds. */
interface Step {
  readonly begin: unknown;
  readonly value: unknown;
}

function stepInto(at: unknown, name: PropertyKey): Step | null {
  if (isSeq(at)) {
    const item = at.items[Number(name)];
    return item === undefined ? null : { begin: item, value: item };
  }
  if (!isMap(at)) return null;
  const pair: Pair | undefined = at.items.find(({ key }) => isScalar(key) && String(key.value) === String(name));
  return pair === undefined ? null : { begin: pair.key, value: pair.value };
}

function lineOf(node: unknown, lines: LineCounter): number | null {
  const [begin] = (node as Partial<Node> | null)?.range ?? [];
  return begin === undefined ? null : lines.linePos(begin).line;
}

function wordsFor(node: unknown): string {
  if (isSeq(node)) return node.items.length === 0 ? 'an empty list' : 'a list';
  if (isMap(node)) return 'a group of fields';
  if (!isScalar(node) || node.value === null) return 'empty';
  return typeof node.value === 'string' ? `"${cut(node.value)}"` : cut(node.source ?? JSON.stringify(node.value));
}

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
