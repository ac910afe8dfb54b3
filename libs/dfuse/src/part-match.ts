import { type BoardIdentity, layoutText, layoutTexts, type Part } from '@flashline/contracts';

/** What a device says about itself that tells its part: its serial never does. */
export interface MatchedDevice extends Pick<BoardIdentity, 'vendorId' | 'productId' | 'bcdDevice' | 'layout'> {
  /** The strings of all its alternate settings. Left out where only a record is at hand: then parts that need them are not found. */
  readonly alternates?: readonly string[];
}

/** The part that a device is, or null when none is known by what it says. Pure; the first one that matches. */
export function findPart(parts: readonly Part[], device: MatchedDevice): Part | null {
  return parts.find((part) => isPart(part, device)) ?? null;
}

function isPart({ match }: Part, { vendorId, productId, bcdDevice, layout, alternates }: MatchedDevice): boolean {
  if (match.vendorId !== vendorId || match.productId !== productId || layout === null) return false;
  if (match.bcdDevice && !match.bcdDevice.includes(bcdDevice)) return false;
  if (match.alternates && layoutTexts([layout, ...match.alternates]) !== layoutTexts(alternates ?? [])) return false;
  const text = layoutText(layout);
  return match.layouts.some((known) => layoutText(known) === text);
}
