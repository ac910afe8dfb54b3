import type { RangeInfo, Recipe } from '@flashline/contracts';
import { InvalidArgumentError } from 'commander';

const NUMBER = String.raw`(0x[0-9a-f]{1,8}|\d{1,10})(K?)`;
const RANGE = new RegExp(`^${NUMBER}([+-])${NUMBER}$`, 'i');
const PATCH = new RegExp(`^${NUMBER}=((?:[0-9a-f]{2}){1,4096})$`, 'i');
const ADDRESS_SPACE_BYTES = 2 ** 32;

/**
 * A stretch of memory as people write it: `0x08000000+16K`, or with its first and its last address, `0x08000000-0x08003fff`.
 * Throws InvalidArgumentError.
 */
export function parseRange(text: string): RangeInfo {
  const [found, from = '', fromUnit = '', sign, other = '', otherUnit = ''] = RANGE.exec(text) ?? [];
  const address = numberOf(from, fromUnit);
  const bytes = sign === '+' ? numberOf(other, otherUnit) : numberOf(other, otherUnit) - address + 1;
  if (found === undefined || bytes < 1 || address + bytes > ADDRESS_SPACE_BYTES)
    throw new InvalidArgumentError('It must be a range such as 0x08000000+16K or 0x08000000-0x08003fff.');
  return { address, bytes };
}

/** Bytes to lay over an image as people write them: `0x0801fff0=534e3031`. Throws InvalidArgumentError. */
export function parsePatch(text: string): Recipe['patches'][number] {
  const [found, at = '', unit = '', data = ''] = PATCH.exec(text) ?? [];
  const address = numberOf(at, unit);
  if (found === undefined || address >= ADDRESS_SPACE_BYTES)
    throw new InvalidArgumentError('It must be an address and 1 to 4096 bytes in hex, such as 0x0801fff0=534e3031.');
  return { address, data };
}

function numberOf(digits: string, unit: string): number {
  return Number(digits) * (unit === '' ? 1 : 1024);
}
