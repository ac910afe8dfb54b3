import type { SlotPlace } from '@flashline/contracts';

/** What a label may take from its slot. */
const FIELD = /\{([^}]*)\}/g;

/**
 * The label of one slot: `{n}` is its number, `{row}` the letter of its row, `{column}` the number of its column. Null when the
 * pattern asks for anything else, or for the place of a slot that has none.
 */
export function labelOf(pattern: string, n: number, place: SlotPlace | undefined): string | null {
  const fields: Readonly<Record<string, string>> = {
    n: String(n),
    ...(place === undefined ? {} : { row: lettersOf(place.row), column: String(place.column) }),
  };
  if ([...pattern.matchAll(FIELD)].some(([, name]) => !Object.hasOwn(fields, name ?? ''))) return null;
  return pattern.replace(FIELD, (_, name: string) => fields[name] ?? '');
}

/** Row 1 is A, row 26 is Z, row 27 is AA, as spreadsheets count. */
function lettersOf(row: number): string {
  const before = Math.floor((row - 1) / 26);
  return (before === 0 ? '' : lettersOf(before)) + String.fromCharCode(65 + ((row - 1) % 26));
}
