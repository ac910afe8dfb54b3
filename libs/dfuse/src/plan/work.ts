import { Fault, hex32, type Part } from '@flashline/contracts';
import type { Range } from '@flashline/firmware';
import type { Sector } from '../memory-map.ts';
import { Cost } from './cost.ts';
import type { Findings } from './findings.ts';
import { type BoardRecipe, type FlashPlan, overlaps } from './flash-plan.ts';

/** What will be erased: sectors one by one, or the whole flash with one command. */
export type EraseWork =
  | { readonly kind: 'sectors'; readonly sectors: readonly Sector[]; readonly bytes: number }
  | { readonly kind: 'mass'; readonly sectors: readonly Sector[]; readonly bytes: number };

/** What has to be done to this board, now that it is known what it holds. */
export interface FlashWork {
  readonly erase: EraseWork;
  /** Runs to write, without the preserved ones. */
  readonly writes: readonly Range[];
  /** Bytes of `writes`. */
  readonly writeBytes: number;
}

/**
 * Decides what to erase and what to write. Throws FLASH_NOT_BLANK when the recipe forbids the erase that is needed, and
 * RECIPE_REFUSED when it asks for a mass erase of a part that does not survive one.
 */
export function workOf(plan: FlashPlan, findings: Findings, recipe: BoardRecipe, part: Part | null): FlashWork {
  const erase = eraseOf(plan, findings, recipe, part);
  const erased = new Set(erase.sectors);
  const writes = findings.writes((sector) => erased.has(sector));
  return { erase, writes, writeBytes: writes.reduce((sum, { data }) => sum + data.length, 0) };
}

/** The ranges to preserve that an erase would take. */
export function endangered({ preserve }: FlashPlan, { sectors }: EraseWork): FlashPlan['preserve'] {
  return preserve.filter((range) => sectors.some((sector) => overlaps(range, sector)));
}

function eraseOf(plan: FlashPlan, findings: Findings, recipe: BoardRecipe, part: Part | null): EraseWork {
  const dirty = findings.dirtySectors();
  const mass: EraseWork = { kind: 'mass', sectors: plan.erasable, bytes: bytesOf(plan.erasable) };
  const sectors: EraseWork = { kind: 'sectors', sectors: dirty, bytes: bytesOf(dirty) };
  switch (recipe.erase) {
    case 'none': {
      const [first] = dirty;
      if (first !== undefined)
        throw new Fault('FLASH_NOT_BLANK', { address: hex32(first.address), sectors: dirty.length });
      return sectors;
    }
    case 'mass':
      if (part?.hasMassErase === false) throw new Fault('RECIPE_REFUSED', { erase: 'mass', part: part.name });
      return mass;
    case 'needed':
      return isMassBetter(plan, dirty, recipe, part) ? mass : sectors;
    default:
      return recipe.erase satisfies never;
  }
}

/** Faster, allowed, and known not to hurt: a mass erase takes everything, so nothing may be left that someone wants to keep. */
function isMassBetter(plan: FlashPlan, dirty: readonly Sector[], recipe: BoardRecipe, part: Part | null): boolean {
  if (part === null || !part.hasMassErase) return false;
  const isAllowed = !recipe.keepsRest || dirty.length === plan.erasable.length;
  const cost = new Cost(part.timing);
  return isAllowed && dirty.length > 0 && cost.massEraseMs < cost.eraseMs(dirty);
}

function bytesOf(sectors: readonly Sector[]): number {
  return sectors.reduce((sum, { bytes }) => sum + bytes, 0);
}
