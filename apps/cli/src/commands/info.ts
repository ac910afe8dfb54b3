import { hex32, usbId } from '@flashline/contracts';
import { rangeInfo } from '@flashline/firmware';
import type { Command } from 'commander';
import { type ImageFile, readImageFile } from '../image-file.ts';
import { option } from '../options.ts';
import { table } from '../table.ts';

/** `flashline info FILE`: what an image file holds. */
export function addInfo(program: Command): void {
  program
    .command('info')
    .description('show what an image file holds: format, ranges, sizes, checksums')
    .argument('<file>', 'Intel HEX, DfuSe .dfu or raw binary')
    .addOption(option.address())
    .addOption(option.json())
    .action(async (file: string, { address = null, json }: { address?: number | null; json: boolean }) => {
      const read = await readImageFile(file, address);
      console.log(json ? JSON.stringify(describe(read)) : print(read));
      if (!json && read.image.format === 'bin' && address === null)
        console.log(
          'A raw binary does not say where it belongs: the addresses above count from 0. Give --address to flash it.',
        );
    });
}

function describe({ path, bytes, sha256, image, content }: ImageFile) {
  const targets = image.targets.map(({ alternate, name, ranges }) => ({ alternate, name, ranges: rangeInfo(ranges) }));
  return {
    file: path,
    bytes,
    sha256,
    format: image.format,
    targets,
    content,
    device: image.device,
    warnings: image.warnings,
  };
}

function print(read: ImageFile): string {
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
  const width = Math.max(...head.map(([name = '']) => name.length));
  const lines = head.map(([name = '', value]) => `${name.padEnd(width)}  ${value}`);
  const ranges = image.targets.flatMap(({ alternate, ranges }) =>
    rangeInfo(ranges).map(({ address, bytes }) => [
      String(alternate),
      hex32(address),
      hex32(address + bytes - 1),
      String(bytes),
    ]),
  );
  const warnings = image.warnings.map((warning) => `warning: ${warning}`);
  return [...lines, '', table([['alternate', 'from', 'to', 'bytes'], ...ranges]), ...warnings].join('\n');
}

const FORMAT_NAMES = { hex: 'Intel HEX', bin: 'raw binary', dfu: 'DfuSe' } as const;

function madeFor({ vendorId, productId, bcdDevice }: NonNullable<ImageFile['image']['device']>): string {
  const board = vendorId === null || productId === null ? 'any board' : usbId(vendorId, productId);
  return bcdDevice === null ? board : `${board}, device version ${bcdDevice.toString(16).padStart(4, '0')}`;
}
