import { Fault, type ImageFormat } from '@flashline/contracts';
import { joinRanges } from './ranges.ts';

/** A run of consecutive bytes and where they go. */
export interface Range {
  readonly address: number;
  readonly data: Uint8Array;
}

/** The bytes meant for one alternate setting of the device. Only `.dfu` files have any but 0. */
export interface Target {
  readonly alternate: number;
  /** The name in a `.dfu` file; null elsewhere. */
  readonly name: string | null;
  /** At least one, in address order, never touching or overlapping: neighbours are joined. */
  readonly ranges: readonly Range[];
}

/** The device that a DFU suffix names, 16 bits each. Its wildcards (0xffff, any device) are null. */
export interface DeviceIds {
  readonly vendorId: number | null;
  readonly productId: number | null;
  readonly bcdDevice: number | null;
}

/** A parsed firmware image. It holds at least one byte and shares no memory with the file it was read from. */
export interface FirmwareImage {
  readonly format: ImageFormat;
  /** At least one, in order of their alternate settings, each of which appears once. */
  readonly targets: readonly Target[];
  /** What a DFU suffix says the file is for; null without one. */
  readonly device: DeviceIds | null;
  /** Things that are odd but harmless, in words. */
  readonly warnings: readonly string[];
}

/** The ranges an image has for one alternate setting, in address order; none when it has nothing for it. */
export function programmed(image: FirmwareImage, alternate = 0): readonly Range[] {
  return image.targets.find((target) => target.alternate === alternate)?.ranges ?? [];
}

/** The image of a format that knows nothing but addresses. Throws IMAGE_EMPTY and the faults of `joinRanges`. */
export function plainImage(
  format: ImageFormat,
  pieces: readonly Range[],
  { device = null, warnings = [] }: Partial<Pick<FirmwareImage, 'device' | 'warnings'>> = {},
): FirmwareImage {
  const ranges = joinRanges(pieces);
  if (ranges.length === 0) throw new Fault('IMAGE_EMPTY');
  return { format, targets: [{ alternate: 0, name: null, ranges }], device, warnings };
}
