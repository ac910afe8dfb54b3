import type {
  BootloaderEntry,
  ExpectedBoard,
  FaultCode,
  FaultDetails,
  Part,
  PhaseName,
  Recipe,
  UsbTree,
} from '@flashline/contracts';
import type { BoardJob, BoardJobReport, BusDevice, Seated, Trust } from '@flashline/dfuse';
import type { Range } from '@flashline/firmware';
import type { PortAddresses } from '@flashline/usb';
import type { Ending } from '../ending.ts';

/** Which bus a host process opens. Virtual boards are never chosen by themselves. */
export type BusChoice =
  | { readonly kind: 'usb' }
  /** `address` of a running virtual bench; `speed` multiplies every wait, 0 means none. */
  | { readonly kind: 'virtual'; readonly address: string; readonly speed: number };

/** What a host is started as: one that owns ports, or the one that watches the bus. */
export type HostRole = 'ports' | 'discovery';

/** An image by the file it is in. */
export interface ImageInFile {
  readonly imageFile: string;
  /** What the file was called when it was uploaded. */
  readonly imageName: string;
  /** The file must still be the one that was approved. */
  readonly imageSha256: string;
  readonly loadAddress: number | null;
}

/** One flash on one port. */
export interface FlashOrder extends ImageInFile {
  readonly attemptId: string;
  readonly path: string;
  /** Images that are programmed together with the first, as one. */
  readonly beside?: readonly ImageInFile[];
  readonly board: ExpectedBoard;
  readonly recipe: Recipe;
  readonly trust: Trust;
  /** Who was seen on the port; another board may sit there by the time a host gets to it. */
  readonly seated: Seated;
  /** The board when it ran its firmware, before it was asked into its bootloader; null when it was in it already. */
  readonly ranAs: Seated | null;
  /** The serial number of the unit that is made; null when nobody gave one. */
  readonly unit: string | null;
  /** What an attempt before this one took from a board of this serial and could not give back. */
  readonly rescued: readonly Range[];
  /** False keeps the board in its bootloader after it was proven. */
  readonly leave: boolean;
}

/** A running board to be asked into its bootloader. */
export interface EntryOrder {
  readonly id: string;
  readonly path: string;
  readonly entry: BootloaderEntry;
  readonly seated: Seated;
}

/** How asking a board ended: the board as it is in its bootloader, or a fault. */
export type EntryReport =
  | { readonly device: BusDevice; readonly fault: null }
  | { readonly device: null; readonly fault: FaultCode; readonly faultDetails: FaultDetails };

/** Something else than an attempt, to be done with one board. */
export interface JobOrder {
  readonly jobId: string;
  readonly path: string;
  readonly board: ExpectedBoard | null;
  readonly seated: Seated;
  readonly job: BoardJob;
}

/** What the worker tells a host. */
export type ToHost =
  /** The first message of all. */
  | { readonly on: 'parts'; readonly parts: readonly Part[] }
  | { readonly on: 'job'; readonly order: JobOrder }
  | { readonly on: 'flash'; readonly order: FlashOrder }
  | { readonly on: 'enter'; readonly order: EntryOrder }
  /** What was preserved is in safety; with a fault it is not, and nothing may be erased. */
  | { readonly on: 'kept'; readonly id: string; readonly fault: FaultCode | null }
  /** Stops an attempt or a job by its id. */
  | { readonly on: 'cancel'; readonly id: string };

/** What a host tells the worker. */
export type FromHost =
  | { readonly on: 'alive' }
  /** It cannot do its work and is about to end. */
  | { readonly on: 'failed'; readonly reason: string }
  | {
      readonly on: 'devices';
      /** When the look began, by `computerMs`: its reader may be busy meanwhile. */
      readonly lookedAtMs: number;
      readonly devices: readonly BusDevice[];
      readonly hubs: PortAddresses;
      /** What the system has and the USB library does not show yet. */
      readonly arriving: PortAddresses;
      readonly trouble: string | null;
      readonly unseen: readonly string[];
    }
  | { readonly on: 'tree'; readonly tree: UsbTree | null }
  | { readonly on: 'progress'; readonly id: string; readonly phase: PhaseName; readonly fraction: number }
  /** The board of an order was met on its port, as it is listed there, before `atMs` (`computerMs`): it is at another address after each reset. */
  | { readonly on: 'met'; readonly id: string; readonly device: BusDevice; readonly atMs: number }
  /** What an erase is about to take from the board and the recipe preserves. Nothing is erased before it is `kept`. */
  | { readonly on: 'preserved'; readonly id: string; readonly ranges: readonly Range[] }
  | { readonly on: 'ended'; readonly id: string; readonly report: Ending }
  | { readonly on: 'entered'; readonly id: string; readonly report: EntryReport }
  | { readonly on: 'job-ended'; readonly id: string; readonly report: BoardJobReport };
