/** The first column in which a stored row differs from what was sent again under its key; null when it is the same. */
export function firstDifference<Row extends object>(sent: Row, stored: Row): string | null {
  for (const column in sent) if (sent[column] !== stored[column]) return column;
  return null;
}
