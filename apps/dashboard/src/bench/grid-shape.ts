/** Columns and rows of one grid of tiles. */
export interface GridShape {
  readonly columns: number;
  readonly rows: number;
}

/** What is known of a group of slots before it is laid out. */
export interface GroupShape {
  readonly slots: number;
  /** Given by the fixture; null when the screen decides. */
  readonly grid: GridShape | null;
  readonly isHeaded: boolean;
}

/** How the slots lie on the screen: groups side by side and below each other, each a grid of tiles. */
export interface FloorLayout {
  readonly across: number;
  readonly down: number;
  /** One for each group. */
  readonly grids: readonly GridShape[];
  /** Whether a tile has room for a sentence of advice; if not, a list beside the grid gives it. */
  readonly roomy: boolean;
}

/** The width of the list beside a grid of small tiles, with its gap. */
const ATTENTION_PX = 316;
/** The heading of a group, with its gap. */
const HEADING_PX = 36;
/** A tile reads best a little wider than high, the label over the words; a small one keeps its words on one line. */
const ASPECT = { roomy: 1.35, small: 1.85 };
const ROOMY_PX = { width: 190, height: 150 };

/** Lays groups of tiles out so that all of them are on the screen, the smallest tile as large as can be. */
export function floorLayout(groups: readonly GroupShape[], widthPx: number, heightPx: number): FloorLayout {
  const whole = bestArrangement(groups, { widthPx, heightPx }, ASPECT.roomy);
  const { widthPx: tileWidthPx, heightPx: tileHeightPx } = whole.smallest;
  const roomy = tileWidthPx >= ROOMY_PX.width && tileHeightPx >= ROOMY_PX.height;
  const beside = { widthPx: widthPx - ATTENTION_PX, heightPx };
  const { across, down, grids } = roomy ? whole : bestArrangement(groups, beside, ASPECT.small);
  return { across, down, grids, roomy };
}

interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

interface Arrangement {
  readonly across: number;
  readonly down: number;
  readonly grids: readonly GridShape[];
  /** The size of the smallest tile. */
  readonly smallest: Size;
}

function bestArrangement(groups: readonly GroupShape[], size: Size, tileAspect: number): Arrangement {
  let best = arrangement(groups, 1, size, tileAspect);
  for (let across = 2; across <= groups.length; across++) {
    const other = arrangement(groups, across, size, tileAspect);
    if (usable(other.smallest, tileAspect) > usable(best.smallest, tileAspect)) best = other;
  }
  return best;
}

function arrangement(groups: readonly GroupShape[], across: number, size: Size, tileAspect: number): Arrangement {
  const down = Math.ceil(groups.length / across);
  const widthPx = size.widthPx / across;
  const laidOut = groups.map(({ slots, grid, isHeaded }) => {
    const heightPx = Math.max(1, size.heightPx / down - (isHeaded ? HEADING_PX : 0));
    const shape = grid ?? gridShape(slots, widthPx / heightPx, tileAspect);
    return { shape, tile: { widthPx: widthPx / shape.columns, heightPx: heightPx / shape.rows } };
  });
  const smallest = laidOut
    .map(({ tile }) => tile)
    .reduce((least, tile) => (usable(tile, tileAspect) < usable(least, tileAspect) ? tile : least), size);
  return { across, down, grids: laidOut.map(({ shape }) => shape), smallest };
}

/** How high a tile of the wanted aspect could be in this place. */
function usable({ widthPx, heightPx }: Size, tileAspect: number): number {
  return Math.min(widthPx / tileAspect, heightPx);
}

/**
 * The grid on a surface of one aspect whose tiles come closest to another. Empty places cost, so that eight slots are
 * 4 x 2 and not 3 x 3.
 */
function gridShape(slots: number, surfaceAspect: number, tileAspect: number): GridShape {
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
