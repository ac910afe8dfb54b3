import { type Document, isScalar, visit, type YAMLMap } from 'yaml';

/** Where a text is not the YAML that a configuration file may be. */
export interface YamlProblem {
  readonly offset: number;
  readonly reason: string;
}

/** The first thing that is wrong with a text as YAML, or null. Warnings count: a tag that nobody knows is read as something else. */
export function firstProblem(document: Document.Parsed): YamlProblem | null {
  const [syntax] = [...document.errors, ...document.warnings];
  if (syntax !== undefined) return { offset: syntax.pos[0], reason: syntax.message };
  let repeated: YamlProblem | null = null;
  visit(document, {
    Map(_, map) {
      repeated = firstRepeatedKey(map);
      return repeated === null ? undefined : visit.BREAK;
    },
  });
  return repeated;
}

function firstRepeatedKey({ items }: YAMLMap): YamlProblem | null {
  const seen = new Set<string>();
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (seen.has(name)) return { offset: key.range?.[0] ?? 0, reason: `"${name}" stands here twice` };
    seen.add(name);
  }
  return null;
}
