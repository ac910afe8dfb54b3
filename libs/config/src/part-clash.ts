import { layoutText, layoutTexts, type Part } from '@flashline/contracts';

/** Two entries of which nobody could say which one is meant: where the second one stands, and what they share. */
export interface PartClash {
  readonly at: number;
  readonly reason: string;
}

/** The first entry that has the name of an earlier one, or matches a device that an earlier one matches. */
export function firstClash(parts: readonly Part[]): PartClash | null {
  for (const [at, part] of parts.entries()) {
    for (const earlier of parts.slice(0, at)) {
      if (earlier.name === part.name) return { at, reason: `"${part.name}" stands here twice` };
      if (matchSameDevice(earlier, part))
        return { at, reason: `"${part.name}" and "${earlier.name}" match the same device` };
    }
  }
  return null;
}

function matchSameDevice({ match: a }: Part, { match: b }: Part): boolean {
  if (a.vendorId !== b.vendorId || a.productId !== b.productId) return false;
  if (a.bcdDevice && b.bcdDevice && !shareOne(a.bcdDevice, b.bcdDevice)) return false;
  // A device has one set of alternate settings: two that differ are two devices.
  if (a.alternates && b.alternates && layoutTexts(a.alternates) !== layoutTexts(b.alternates)) return false;
  return shareOne(a.layouts.map(layoutText), b.layouts.map(layoutText));
}

function shareOne<T>(some: readonly T[], others: readonly T[]): boolean {
  return some.some((one) => others.includes(one));
}
