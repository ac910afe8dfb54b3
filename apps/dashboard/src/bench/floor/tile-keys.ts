/** Where a tile is on the screen. */
export interface TilePlace {
  /** Which of the groups it belongs to. */
  readonly group: number;
  readonly row: number;
  readonly column: number;
}

/**
 * Which tile the focus goes to from `index` for an arrow key, Home or End; null when the key moves nothing. Tiles are in reading
 * order; up and down stay in a column of a group, over places without a slot.
 */
export function tileAfter(key: string, index: number, places: readonly TilePlace[]): number | null {
  const from = places[index];
  if (from === undefined) return null;
  const next = targetOf(key, index, places, from);
  return next === index || places[next] === undefined ? null : next;
}

function targetOf(key: string, index: number, places: readonly TilePlace[], from: TilePlace): number {
  switch (key) {
    case 'ArrowLeft':
      return index - 1;
    case 'ArrowRight':
      return index + 1;
    case 'ArrowUp':
      return places.findLastIndex((to) => isInColumnOf(from, to) && to.row < from.row);
    case 'ArrowDown':
      return places.findIndex((to) => isInColumnOf(from, to) && to.row > from.row);
    case 'Home':
      return 0;
    case 'End':
      return places.length - 1;
    default:
      return index;
  }
}

function isInColumnOf(from: TilePlace, to: TilePlace): boolean {
  return to.group === from.group && to.column === from.column;
}
