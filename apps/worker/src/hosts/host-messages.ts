import type { ExpectedBoard, PhaseName } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import type { Ending } from '../ending.ts';

/** Which bus a host process opens. Virtual boards are never chosen by themselves. */
export type BusChoice =
  | { readonly kind: 'usb' }
  /** `address` of a running virtual bench; `speed` multiplies every wait, 0 means none. */
  | { readonly kind: 'virtual'; readonly address: string; readonly speed: number };

/** What a host is started as: one that owns ports, or the one that watches the bus. */
export type HostRole = 'ports' | 'discovery';

/** One flash on one port. */
export interface FlashOrder {
  readonly attemptId: string;
  readonly path: string;
  readonly imageFile: string;
  /** What the file was called when it was uploaded. */
  readonly imageName: string;
  /** The file must still be the one that was approved. */
  readonly imageSha256: string;
  readonly loadAddress: number | null;
  readonly board: ExpectedBoard;
}

/** What the worker tells a host. */
export type ToHost =
  | { readonly on: 'flash'; readonly order: FlashOrder }
  | { readonly on: 'cancel'; readonly attemptId: string };

/** What a host tells the worker. */
export type FromHost =
  | { readonly on: 'alive' }
  /** It cannot do its work and is about to end. */
  | { readonly on: 'failed'; readonly reason: string }
  | { readonly on: 'devices'; readonly devices: readonly BusDevice[]; readonly trouble: string | null }
  | { readonly on: 'progress'; readonly attemptId: string; readonly phase: PhaseName; readonly fraction: number }
  | { readonly on: 'ended'; readonly attemptId: string; readonly report: Ending };
