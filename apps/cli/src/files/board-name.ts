import { createHash } from 'node:crypto';
import type { BoardIdentity } from '@flashline/contracts';

/** What a board says about itself on the bus. */
export type NamedBoard = Pick<BoardIdentity, 'vendorId' | 'productId' | 'bcdDevice' | 'usbSerial'>;

/** What a board says it is, as a part of file names: ids and a digest of its serial, in digits, letters and dashes. */
export function boardName({ vendorId, productId, bcdDevice, usbSerial }: NamedBoard): string {
  const ids = [vendorId, productId, bcdDevice].map((id) => id.toString(16).padStart(4, '0'));
  // A serial is what a stranger wrote: it may hold slashes.
  const serial = usbSerial === null ? 'none' : createHash('sha256').update(usbSerial).digest('hex').slice(0, 32);
  return [...ids, serial].join('-');
}
