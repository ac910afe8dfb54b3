import { isNode, type Pair, visit, type YAMLMap, type YAMLSeq } from 'yaml';

/** A comment as the parser has it: lines without their `#`. */
type Comment = string | null | undefined;

/**
 * Keeps what people wrote about the lines of a list before they are replaced by others. `heirs` has the first line that is left of
 * each. What stood above a line stays where it was; what stood beside one that goes is told apart by its label.
 */
export function keepComments(list: YAMLSeq, before: readonly YAMLMap[], heirs: ReadonlyMap<YAMLMap, YAMLMap>): void {
  let homeless: readonly Comment[] = [];
  for (const line of before) {
    const heir = heirs.get(line);
    if (heir === undefined) {
      homeless = [...homeless, line.commentBefore, ...beside(line, ` ${String(line.get('label'))}:`)];
      continue;
    }
    if (heir !== line) inherit(heir, line);
    heir.commentBefore = joined([...homeless, heir.commentBefore]);
    homeless = [];
  }
  list.comment = joined([list.comment, ...homeless]);
}

/** Removes a field of a line; what was written about it stands above the line then. */
export function deleteField(line: YAMLMap, name: string): void {
  const pair = line.items.find(({ key }) => String(key) === name);
  if (pair === undefined) return;
  line.commentBefore = joined([line.commentBefore, ...aboutField(pair)]);
  line.delete(name);
}

function inherit(heir: YAMLMap, line: YAMLMap): void {
  heir.commentBefore = joined([line.commentBefore, ...line.items.flatMap(aboutField)]);
  heir.comment = line.comment ?? null;
  heir.spaceBefore = line.spaceBefore ?? false;
}

function beside(line: YAMLMap, owner: string): readonly Comment[] {
  const comments = [...line.items.flatMap(aboutField), line.comment];
  return comments.map((comment) => (comment == null ? comment : owner + comment));
}

/** All comments of a field, and of what it holds. */
function aboutField({ key, value }: Pair): readonly Comment[] {
  const comments: Comment[] = [];
  for (const part of [key, value])
    if (isNode(part))
      visit(part, (_key, one) => {
        if (isNode(one)) comments.push(one.commentBefore, one.comment);
      });
  return comments;
}

function joined(comments: readonly Comment[]): string | null {
  const some = comments.filter((comment) => comment != null);
  return some.length === 0 ? null : some.join('\n');
}
