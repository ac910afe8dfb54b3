import type { ImageFormat } from '@flashline/contracts';

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
  /** In address order, never touching or overlapping: neighbours are joined. */
  readonly ranges: readonly Range[];
}

/** A parsed firmware image. */
export interface FirmwareImage {
  readonly format: ImageFormat;
  readonly targets: readonly Target[];
  /** What a `.dfu` suffix says the file is for; null elsewhere, and for its wildcards (0xffff). */
  readonly device: {
    readonly vendorId: number | null;
    readonly productId: number | null;
    readonly bcdDevice: number | null;
  } | null;
  /** Things that are odd but harmless, in words. */
  readonly warnings: readonly string[];
}
