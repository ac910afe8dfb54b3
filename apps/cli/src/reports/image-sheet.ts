import { hex32, type ImageFormat, type Part, usbId } from '@flashline/contracts';
import { parseMemoryMap } from '@flashline/dfuse';
import { rangeInfo } from '@flashline/firmware';
import type { ImageFile } from '../images/image-file.ts';
import { drawMemoryMap } from '../memory-drawing.ts';
import { table } from '../table.ts';
import { sheet } from './sheet.ts';

/** What an image file holds, as `--json` prints it. */
export function describeImage({ path, bytes, sha256, image, content }: ImageFile) {
  const targets = image.targets.map(({ alternate, name, ranges }) => ({ alternate, name, ranges: rangeInfo(ranges) }));
  const { format, device, warnings } = image;
  return { file: path, bytes, sha256, format, targets, content, device, warnings };
}

/** What an image file holds, for people. */
export function imageSheet(read: ImageFile): string {
  const { image, content } = read;
  const head = [
    ['file', read.path],
    ['format', FORMAT_NAMES[image.format]],
    ['file size', `${read.bytes} bytes`],
    ['file SHA-256', read.sha256],
    ['programmed', `${content.bytes} bytes`],
    ['CRC-32', content.crc32],
    ['SHA-256', content.sha256],
    ...(image.device === null ? [] : [['made for', madeFor(image.device)]]),
  ];
  const ranges = image.targets.flatMap(({ alternate, ranges: own }) =>
    rangeInfo(own).map(({ address, bytes }) => [
      String(alternate),
      hex32(address),
      hex32(address + bytes - 1),
      String(bytes),
    ]),
  );
  const warnings = image.warnings.map((warning) => `warning: ${warning}`);
  return [sheet(head), '', table([['alternate', 'from', 'to', 'bytes'], ...ranges]), ...warnings].join('\n');
}

/** The flash of a part with the sectors that an image touches. Throws MEMORY_MAP_UNREADABLE. */
export function imageOnPart({ image }: ImageFile, { layout, match }: Part): string {
  const map = parseMemoryMap(layout ?? match.layouts[0] ?? '');
  const ranges = image.targets.flatMap((target) => rangeInfo(target.ranges));
  return drawMemoryMap(map, ranges).join('\n');
}

const FORMAT_NAMES: Readonly<Record<ImageFormat, string>> = {
  hex: 'Intel HEX',
  bin: 'raw binary',
  dfu: 'DfuSe',
  elf: 'ELF',
  srec: 'Motorola S-records',
  uf2: 'UF2',
};

function madeFor({ vendorId, productId, bcdDevice }: NonNullable<ImageFile['image']['device']>): string {
  const board = vendorId === null || productId === null ? 'any board' : usbId(vendorId, productId);
  return bcdDevice === null ? board : `${board}, device version ${bcdDevice.toString(16).padStart(4, '0')}`;
}
