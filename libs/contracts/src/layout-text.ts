/**
 * The text of a DfuSe layout string without what only pads it: two that are equal so describe one memory. ROMs of one family put one
 * to three spaces in a row, and the F427 gives its string a wrong length: what it drags in is not printable.
 */
export function layoutText(layout: string): string {
  return layout
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/ +/g, ' ')
    .trim();
}

/** The texts of all layout strings of a device as one, in whatever order they come: equal for two that show the same. */
export function layoutTexts(layouts: readonly string[]): string {
  return layouts.map(layoutText).toSorted().join('\n');
}
