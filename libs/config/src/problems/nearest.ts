/** The known name that was most likely meant by another one; null when none is near enough to ask. */
export function nearest(name: string, known: readonly string[]): string | null {
  const [best] = known
    .filter((candidate) => Math.abs(candidate.length - name.length) <= editsMax(candidate))
    .map((candidate) => ({ candidate, edits: editsBetween(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= editsMax(candidate))
    .toSorted((a, b) => a.edits - b.edits);
  return best?.candidate ?? null;
}

/** Two letters that changed places are two edits, and "lable" is near "label". */
function editsMax(candidate: string): number {
  return Math.ceil(candidate.length / 3);
}

/** How many letters must be put in, taken out or changed (Levenshtein). */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, n) => n);
  for (let done = 0; done < from.length; done += 1) {
    const next = [done + 1];
    for (let at = 0; at < to.length; at += 1) {
      const [diagonal = 0, above = 0] = row.slice(at, at + 2);
      next.push(Math.min(above + 1, (next[at] ?? 0) + 1, diagonal + (from[done] === to[at] ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
