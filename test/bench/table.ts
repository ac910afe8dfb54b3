/** Lays rows out as a Markdown table that reads as well in a terminal. Columns of figures are flush right. */
export function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const columns = head.map((title, n) =>
    columnOf(
      title,
      body.map((row) => row[n] ?? ''),
    ),
  );
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const row = (cells: readonly string[]) => line(columns.map((column, n) => padded(cells[n] ?? '', column)));
  const rule = line(columns.map(({ width, isFigures }) => `${'-'.repeat(width - 1)}${isFigures ? ':' : '-'}`));
  return [row(head), rule, ...body.map(row)].join('\n');
}

interface Column {
  readonly width: number;
  readonly isFigures: boolean;
}

const FIGURE = /^(-|[\d., ]+( ?%)?)$/;

function columnOf(title: string, cells: readonly string[]): Column {
  const width = Math.max(2, ...[title, ...cells].map((cell) => cell.length));
  return { width, isFigures: cells.length > 0 && cells.every((cell) => FIGURE.test(cell)) };
}

function padded(cell: string, { width, isFigures }: Column): string {
  return isFigures ? cell.padStart(width) : cell.padEnd(width);
}
