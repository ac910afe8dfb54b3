import { styleText } from 'node:util';

/** How far one board is, to be drawn. */
export interface BoardProgress {
  readonly label: string;
  /** What is done with it now, or how it ended: `write`, `PASS`, `FAIL VERIFY_MISMATCH`. */
  readonly word: string;
  readonly is: 'waiting' | 'running' | 'good' | 'bad';
  /** 0 to 1. */
  readonly fraction: number;
  /** Since its work began. */
  readonly ms: number;
}

/** What there is to draw on. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly hasColour: boolean;
}

const BAR_COLUMNS = { min: 6, max: 30 } as const;
const COLOURS = { good: 'green', bad: 'red' } as const;

/**
 * Draws one line per board, or, where the screen has not enough of them, one line for all and one for each thing that boards are at.
 * No line is longer than the screen is wide. 100 % is shown of good boards alone.
 */
export function drawProgress(boards: readonly BoardProgress[], screen: Screen): string[] {
  // The cursor stands below the last line.
  const lines = boards.length < screen.rows ? boardLines(boards, screen) : summary(boards, screen);
  return lines.slice(0, Math.max(1, screen.rows - 1));
}

function boardLines(boards: readonly BoardProgress[], screen: Screen): string[] {
  const labelColumns = widest(boards.map(({ label }) => label));
  const wordColumns = widest(boards.map(({ word }) => word));
  return boards.map(({ label, word, is, fraction, ms }) => {
    const before = `${label.padEnd(labelColumns)}  `;
    const after = `  ${percent(is === 'good' ? 1 : Math.min(fraction, 0.99))}  ${word.padEnd(wordColumns)}  ${seconds(ms)}`;
    const bar = barOf(is === 'good' ? 1 : fraction, screen.columns - before.length - after.length);
    return painted(cut(`${before}${bar}${after}`, screen.columns), is, screen);
  });
}

function summary(boards: readonly BoardProgress[], screen: Screen): string[] {
  const done = boards.reduce((sum, { is, fraction }) => sum + (is === 'good' || is === 'bad' ? 1 : fraction), 0);
  const ms = Math.max(...boards.map((board) => board.ms));
  const isOver = boards.every(({ is }) => is === 'good' || is === 'bad');
  const fraction = done / boards.length;
  const before = `${boards.length} boards  `;
  const after = `  ${percent(isOver ? 1 : Math.min(fraction, 0.99))}  ${seconds(ms)}`;
  const head = `${before}${barOf(fraction, screen.columns - before.length - after.length)}${after}`;
  const groups = [...Map.groupBy(boards, ({ word }) => word)].sort(([, a], [, b]) => b.length - a.length);
  const countColumns = String(boards.length).length;
  const wordColumns = widest(groups.map(([word]) => word));
  const lines = groups.map(([word, group]) => {
    const labels = group.map(({ label }) => label).join(' ');
    const line = `${String(group.length).padStart(countColumns)}  ${word.padEnd(wordColumns)}  ${labels}`;
    return painted(cut(line, screen.columns), group[0]?.is ?? 'running', screen);
  });
  return [cut(head, screen.columns), ...lines];
}

function barOf(fraction: number, columns: number): string {
  const width = Math.min(BAR_COLUMNS.max, Math.max(BAR_COLUMNS.min, columns));
  const full = Math.floor(width * fraction);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

function percent(fraction: number): string {
  return `${Math.floor(fraction * 100)} %`.padStart(5);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`.padStart(7);
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line.trimEnd() : `${line.slice(0, Math.max(0, columns - 1))}…`;
}

function painted(line: string, is: BoardProgress['is'], { hasColour }: Screen): string {
  if (!hasColour || is === 'running' || is === 'waiting') return line;
  return styleText(COLOURS[is], line, { validateStream: false });
}

function widest(cells: readonly string[]): number {
  return Math.max(0, ...cells.map(({ length }) => length));
}
