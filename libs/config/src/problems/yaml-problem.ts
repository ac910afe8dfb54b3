import type { ConfigProblem } from '@flashline/contracts';
import { type Document, isScalar, type LineCounter, visit, type YAMLMap } from 'yaml';

/** Where a text is not the YAML that a configuration file may be. */
interface Flaw {
  readonly offset: number;
  readonly reason: string;
}

/** What the usual mistakes are, for people who have never read the grammar. */
const REASONS: Readonly<Partial<Record<string, string>>> = {
  BAD_INDENT:
    'a bracket is not closed, or the indentation does not fit: what belongs together begins in the same column',
  TAB_AS_INDENT: 'this line is indented by a tab: use spaces',
  MISSING_CHAR: 'a colon, a comma, a closing bracket or a quote is missing',
  UNEXPECTED_TOKEN: 'something does not belong here, such as a bracket or a comma too many',
  BLOCK_AS_IMPLICIT_KEY:
    'there are two values here: put a text with a colon in quotes, or begin the next field in the column of this one',
  MULTILINE_IMPLICIT_KEY: 'a colon is missing behind a name',
  BAD_SCALAR_START: 'a text that begins like this must be in quotes',
  MULTIPLE_DOCS: 'a line of dashes begins a second file: there may be one only',
  TAG_RESOLVE_FAILED: 'a text that begins with an exclamation mark must be in quotes',
};

/**
 * Everything that is wrong with a text as YAML, the first thing of each line. Warnings count: a tag that nobody knows is read as
 * something else.
 */
export function yamlProblems(document: Document.Parsed, lines: LineCounter): ConfigProblem[] {
  const syntax = [...document.errors, ...document.warnings].map(
    ({ code, message, pos: [offset] }): Flaw => ({ offset, reason: REASONS[code] ?? message }),
  );
  const flaws = [...syntax, ...repeatedKeys(document)].toSorted((a, b) => a.offset - b.offset);
  const byLine = Map.groupBy(flaws, ({ offset }) => lines.linePos(offset).line);
  return [...byLine].map(([line, [first]]) => ({ line, field: null, reason: first?.reason ?? '' }));
}

function repeatedKeys(document: Document.Parsed): Flaw[] {
  const repeated: Flaw[] = [];
  visit(document, {
    Map(_, map) {
      repeated.push(...repeatedIn(map));
    },
  });
  return repeated;
}

function repeatedIn({ items }: YAMLMap): Flaw[] {
  const seen = new Set<string>();
  return items.flatMap(({ key }) => {
    if (!isScalar(key)) return [];
    const name = String(key.value);
    if (seen.has(name)) return [{ offset: key.range?.[0] ?? 0, reason: `"${name}" stands here twice` }];
    seen.add(name);
    return [];
  });
}
