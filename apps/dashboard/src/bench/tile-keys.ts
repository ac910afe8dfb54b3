/** Which tile the focus goes to from `index` for an arrow key, Home or End; null when the key moves nothing. */
export function tileAfter(key: string, index: number, tiles: number, columns: number): number | null {
  if (index < 0) return null;
  const next = targetOf(key, index, tiles, columns);
  return next === null || next === index || next < 0 || next >= tiles ? null : next;
}

function targetOf(key: string, index: number, tiles: number, columns: number): number | null {
  switch (key) {
    case 'ArrowLeft':
      return index - 1;
    case 'ArrowRight':
      return index + 1;
    case 'ArrowUp':
      return index - columns;
    case 'ArrowDown':
      return index + columns;
    case 'Home':
      return 0;
    case 'End':
      return tiles - 1;
    default:
      return null;
  }
}
