import { Fault, IMAGE_FILE_BYTES_MAX } from '@flashline/contracts';
import type { DeviceIds, FirmwareImage, Range, Target } from '../image.ts';
import { tooLarge } from '../image-fault.ts';
import { DFU_SUFFIX_BYTES, withDfuseSuffix } from './dfu-suffix.ts';
import { DFUSE_PREFIX_BYTES, ELEMENT_PREFIX_BYTES, ELEMENTS_MAX, TARGET_PREFIX_BYTES } from './dfuse-file.ts';

/** bTargets is one byte. */
const TARGETS_MAX = 0xff;
const NAME_BYTES = 255;

/**
 * Writes a DfuSe file (ST UM0391) for a device, whose unknown ids are null; `readDfuseFile` reads it back. DFUImageSize
 * leaves the suffix out, as in ST's files: fwupd and QFlipper refuse others. Throws IMAGE_EMPTY or IMAGE_TOO_LARGE.
 */
export function writeDfuseFile({ targets }: Pick<FirmwareImage, 'targets'>, device: DeviceIds): Uint8Array {
  if (targets.length === 0) throw new Fault('IMAGE_EMPTY');
  if (targets.length > TARGETS_MAX) throw tooLarge('targets', TARGETS_MAX);
  if (targets.flatMap(({ ranges }) => ranges).length > ELEMENTS_MAX) throw tooLarge('elements', ELEMENTS_MAX);
  const bytes = DFUSE_PREFIX_BYTES + sum(targets.map(targetBytes));
  if (bytes + DFU_SUFFIX_BYTES > IMAGE_FILE_BYTES_MAX) throw tooLarge('bytes', IMAGE_FILE_BYTES_MAX);
  const prefix = Buffer.alloc(DFUSE_PREFIX_BYTES);
  prefix.write('DfuSe\u0001', 'latin1');
  prefix.writeUInt32LE(bytes, 6);
  prefix.writeUInt8(targets.length, 10);
  return withDfuseSuffix([prefix, ...targets.flatMap(targetParts)], device);
}

function targetParts(target: Target): Uint8Array[] {
  const { alternate, name, ranges } = target;
  const prefix = Buffer.alloc(TARGET_PREFIX_BYTES);
  prefix.write('Target', 'latin1');
  prefix.writeUInt8(alternate, 6);
  prefix.writeUInt32LE(name === null ? 0 : 1, 7);
  // One byte stays 0: readers take the name for a C string.
  prefix.write(name ?? '', 11, NAME_BYTES - 1, 'latin1');
  prefix.writeUInt32LE(targetBytes(target) - TARGET_PREFIX_BYTES, 266);
  prefix.writeUInt32LE(ranges.length, 270);
  return [prefix, ...ranges.flatMap(elementParts)];
}

function elementParts({ address, data }: Range): Uint8Array[] {
  const prefix = Buffer.alloc(ELEMENT_PREFIX_BYTES);
  prefix.writeUInt32LE(address, 0);
  prefix.writeUInt32LE(data.length, 4);
  return [prefix, data];
}

function targetBytes({ ranges }: Target): number {
  return TARGET_PREFIX_BYTES + sum(ranges.map(({ data }) => ELEMENT_PREFIX_BYTES + data.length));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
