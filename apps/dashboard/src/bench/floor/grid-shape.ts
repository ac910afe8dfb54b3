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

/**
 * How the slots lie on the screen: groups stand side by side on shelves, their tops in line, and every tile has the same size.
 */
export interface FloorLayout {
  /** The groups of each shelf, by their index; from the top. */
  readonly shelves: readonly (readonly number[])[];
  /** One for each group. */
  readonly grids: readonly GridShape[];
  /** On the widest shelf. */
  readonly tilesAcross: number;
  /** On the fullest shelf. */
  readonly groupsAcross: number;
  /** Over all shelves. */
  readonly tilesDown: number;
  /** Shelves keep room for headings, also above a group without one. */
  readonly isHeaded: boolean;
  /** Whether a tile has room for a sentence of advice; if not, a list beside the grid gives it. */
  readonly roomy: boolean;
}

/** The width of the list beside a grid of small tiles, with its gap. */
const ATTENTION_PX = 316;
/** The heading of a group, with its gap. */
const HEADING_PX = 36;
/** What stands between two groups more than between two tiles. */
const GROUP_GAP_PX = 16;
/** A tile reads best a little wider than high, the label over the words; a small one keeps its words on one line. */
const ASPECT = { roomy: 1.35, small: 1.85 };
const ROOMY_PX = { width: 190, height: 150 };
/** More tiles in a line than that are too small to read on any screen. */
const LINE_MAX = 64;

/** Lays groups of tiles out so that all of them are on the screen, the tiles as large as can be. */
export function floorLayout(groups: readonly GroupShape[], widthPx: number, heightPx: number): FloorLayout {
  const whole = bestLayout(groups, { widthPx, heightPx }, ASPECT.roomy);
  const tile = tileOf(whole, { widthPx, heightPx });
  if (tile.widthPx >= ROOMY_PX.width && tile.heightPx >= ROOMY_PX.height) return { ...whole, roomy: true };
  return { ...bestLayout(groups, { widthPx: widthPx - ATTENTION_PX, heightPx }, ASPECT.small), roomy: false };
}

interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

type Arrangement = Omit<FloorLayout, 'roomy'>;

/** Tries every width of the shelves with every height of the groups that the screen may shape. */
function bestLayout(groups: readonly GroupShape[], size: Size, tileAspect: number): Arrangement {
  const fixed = groups.flatMap(({ grid }) => grid?.columns ?? []);
  const narrowest = Math.max(1, ...fixed);
  const widest = Math.max(narrowest, Math.min(LINE_MAX, sum(groups.map(({ slots, grid }) => grid?.columns ?? slots))));
  const highest = Math.min(LINE_MAX, Math.max(1, ...groups.map(({ slots, grid }) => (grid === null ? slots : 1))));
  let best = arrangement(groups, narrowest, 1);
  let bestWorth = 0;
  for (let columnsMax = narrowest; columnsMax <= widest; columnsMax++) {
    for (let rows = 1; rows <= highest; rows++) {
      const other = arrangement(groups, columnsMax, rows);
      const worth = usable(tileOf(other, size), tileAspect) * share(groups, other.grids);
      if (worth <= bestWorth) continue;
      best = other;
      bestWorth = worth;
    }
  }
  return best;
}

/** Groups fill shelves in their order, like words fill lines. */
function arrangement(groups: readonly GroupShape[], columnsMax: number, rows: number): Arrangement {
  const grids = groups.map(({ slots, grid }) => grid ?? gridShape(slots, columnsMax, rows));
  const shelves: number[][] = [];
  let free = 0;
  for (const [index, { columns }] of grids.entries()) {
    if (columns > free) {
      shelves.push([]);
      free = columnsMax;
    }
    shelves.at(-1)?.push(index);
    free -= columns;
  }
  const shapes = shelves.map((shelf) => shelf.flatMap((index) => grids[index] ?? []));
  return {
    shelves,
    grids,
    tilesAcross: Math.max(1, ...shapes.map((shelf) => sum(shelf.map(({ columns }) => columns)))),
    groupsAcross: Math.max(1, ...shapes.map(({ length }) => length)),
    tilesDown: Math.max(1, sum(shapes.map((shelf) => Math.max(...shelf.map((shape) => shape.rows))))),
    isHeaded: groups.some(({ isHeaded }) => isHeaded),
  };
}

/** A grid of so many rows, or more where it would be too wide; none of its rows is empty. */
function gridShape(slots: number, columnsMax: number, rows: number): GridShape {
  const columns = Math.max(1, Math.min(columnsMax, Math.ceil(slots / rows)));
  return { columns, rows: Math.max(1, Math.ceil(slots / columns)) };
}

function tileOf({ shelves, isHeaded, ...floor }: Arrangement, { widthPx, heightPx }: Size): Size {
  const headsPx = isHeaded ? shelves.length * HEADING_PX : 0;
  return {
    widthPx: Math.max(1, widthPx - (floor.groupsAcross - 1) * GROUP_GAP_PX) / floor.tilesAcross,
    heightPx: Math.max(1, heightPx - headsPx) / floor.tilesDown,
  };
}

/** How high a tile of the wanted aspect could be in this place. */
function usable({ widthPx, heightPx }: Size, tileAspect: number): number {
  return Math.min(widthPx / tileAspect, heightPx);
}

/** How much of the grids that the screen shapes is tiles. Empty places cost, so that eight slots are 4 x 2 and not 3 x 3. */
function share(groups: readonly GroupShape[], grids: readonly GridShape[]): number {
  const shaped = grids.filter((_, index) => groups[index]?.grid === null);
  if (shaped.length === 0) return 1;
  const slots = sum(groups.map((group) => (group.grid === null ? group.slots : 0)));
  return slots / sum(shaped.map(({ columns, rows }) => columns * rows));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
