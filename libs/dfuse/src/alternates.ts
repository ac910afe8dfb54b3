import type { Recipe } from '@flashline/contracts';
import { parseMemoryMap, type Sector } from './memory-map.ts';
import type { Alternate } from './port.ts';

/** Memories beside the flash, by what their alternate settings are called: ST says "Option Bytes", Artery "Option Byte". */
const NAMES = { 'option-bytes': /^@option bytes?\b/i, otp: /^@otp\b/i } as const;
/** A memory beside the flash. */
export type OtherMemory = Recipe['lock'][number]['memory'];

/** The alternate setting of a memory, or null when the board has none for it: the C5 has not, and G0s call all of theirs flash. */
export function alternateOf(alternates: readonly Alternate[], memory: OtherMemory): number | null {
  return alternates.find(({ name }) => NAMES[memory].test(name.trim()))?.alternate ?? null;
}

/** What can be read of an alternate setting, sector by sector. Throws MEMORY_MAP_UNREADABLE. */
export function readableIn(alternates: readonly Alternate[], alternate: number): readonly Sector[] {
  const layout = alternates.find((one) => one.alternate === alternate)?.name ?? '';
  return parseMemoryMap(layout).sectors.filter(({ readable }) => readable);
}
