import {
  Fault,
  hex32,
  type Image,
  isBootloaderId,
  type NewWorkOrder,
  type OrderRecipe,
  type RangeInfo,
  usbId,
} from '@flashline/contracts';
import type { z } from 'zod';

/** A checked request for a work order. */
export type OrderRequest = z.output<typeof NewWorkOrder>;

/** One past the last 32-bit address. */
const ADDRESSES_END = 2 ** 32;

/**
 * Refuses an order with which no board can pass, as far as that can be told without one; the engine would refuse it, too, but board
 * by board. Throws RECIPE_REFUSED or an IMAGE_ADDRESS fault.
 */
export function requireMakeable({ recipe, loadAddress }: OrderRequest, image: Image): void {
  checkAddress(image, loadAddress);
  checkLock(recipe);
  const offset = loadAddress ?? 0;
  const ranges = image.ranges.map(({ address, bytes }) => ({ address: offset + address, bytes }));
  checkPreserved(recipe, ranges);
  checkApplication(recipe);
}

/** Only a raw binary takes an address, and needs one. */
function checkAddress({ format, ranges }: Image, loadAddress: number | null): void {
  if (format !== 'bin') {
    if (loadAddress !== null) throw new Fault('IMAGE_ADDRESS_INVALID', { format, loadAddress });
    return;
  }
  if (loadAddress === null) throw new Fault('IMAGE_ADDRESS_NEEDED', { format });
  const bytes = ranges.reduce((end, range) => Math.max(end, range.address + range.bytes), 0);
  if (loadAddress + bytes > ADDRESSES_END) throw new Fault('IMAGE_ADDRESS_INVALID', { format, loadAddress, bytes });
}

/** No one-time programmable memory without a second word. */
function checkLock({ lock, permanent }: OrderRecipe): void {
  const otp = lock.filter(({ memory }) => memory === 'otp').length;
  if (otp > 0 && !permanent) throw new Fault('RECIPE_REFUSED', { reason: 'permanent', otp });
}

/** A byte cannot be kept and programmed, nor be kept twice. */
function checkPreserved({ preserve }: OrderRecipe, programmed: readonly RangeInfo[]): void {
  for (const [n, range] of preserve.entries()) {
    const refuse = (reason: string) =>
      new Fault('RECIPE_REFUSED', { field: `recipe.preserve.${n}`, address: hex32(range.address), reason });
    if (programmed.some((one) => overlaps(one, range))) throw refuse('the image programs a part of this range');
    if (preserve.slice(0, n).some((one) => overlaps(one, range)))
      throw refuse('it shares bytes with a range before it');
  }
}

/** What shows a bootloader never counts as firmware that runs. */
function checkApplication({ application }: OrderRecipe): void {
  if (application === null) return;
  const { vendorId, productId } = application;
  if (vendorId === null || productId === null || !isBootloaderId(vendorId, productId)) return;
  const reason = `${usbId(vendorId, productId)} is a bootloader, not what runs after it`;
  throw new Fault('RECIPE_REFUSED', { field: 'recipe.application', reason });
}

function overlaps(a: RangeInfo, b: RangeInfo): boolean {
  return a.address < b.address + b.bytes && b.address < a.address + a.bytes;
}
