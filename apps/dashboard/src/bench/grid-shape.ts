/** How the slots lie on the screen. */
export interface BenchLayout {
  readonly columns: number;
  readonly rows: number;
  /** Whether a tile has room for a sentence of advice; if not, a list beside the grid gives it. */
  readonly roomy: boolean;
}

/** The width of the list beside a grid of small tiles, with its gap. */
const ATTENTION_PX = 316;

/** A tile reads best a little wider than high, the label over the words; a small one keeps its words on one line. */
const ASPECT = { roomy: 1.35, small: 1.85 };
const ROOMY_PX = { width: 190, height: 150 };

/** Lays `slots` tiles out so that all of them are on the screen. */
export function benchLayout(slots: number, widthPx: number, heightPx: number): BenchLayout {
  const whole = gridShape(slots, widthPx / heightPx, ASPECT.roomy);
  const roomy = widthPx / whole.columns >= ROOMY_PX.width && heightPx / whole.rows >= ROOMY_PX.height;
  return { ...(roomy ? whole : gridShape(slots, (widthPx - ATTENTION_PX) / heightPx, ASPECT.small)), roomy };
}

/**
 * The grid on a surface of one aspect whose tiles come closest to another. Empty places cost, so that eight slots are
 * 4 x 2 and not 3 x 3.
 */
function gridShape(slots: number, surfaceAspect: number, tileAspect: number): { columns: number; rows: number } {
  let best = { columns: 1, rows: Math.max(1, slots) };
  let bestCost = Number.POSITIVE_INFINITY;
  for (let columns = 1; columns <= slots; columns++) {
    const rows = Math.ceil(slots / columns);
    const aspect = (surfaceAspect * rows) / columns;
    const holes = columns * rows - slots;
    const cost = Math.abs(Math.log(aspect / tileAspect)) + holes / slots;
    if (cost >= bestCost) continue;
    best = { columns, rows };
    bestCost = cost;
  }
  return best;
}
