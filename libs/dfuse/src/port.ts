/** Monotonic time, injected so that tests need not wait. */
export type { Clock } from '@flashline/contracts';

/** What went wrong with one USB transfer, told apart by what the engine does next. */
export type TransferTrouble =
  /** The device answered STALL: it refuses this request in this state. */
  | 'stall'
  /** No answer in time. The device may have carried the request out all the same. */
  | 'timeout'
  /** The device is no longer on the bus. */
  | 'gone'
  /** The wire or the device broke the USB protocol (EPROTO, babble, CRC). */
  | 'protocol'
  /** This computer failed: no memory, no bandwidth, a broken controller. */
  | 'host';

/** A control transfer that did not succeed. Transports throw nothing else out of a transfer. */
export class TransferError extends Error {
  readonly trouble: TransferTrouble;

  constructor(trouble: TransferTrouble, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TransferError';
    this.trouble = trouble;
  }
}

/** One alternate setting of the DFU interface; DfuSe devices give each memory one, named by its layout string. */
export interface Alternate {
  readonly alternate: number;
  /** The interface string as it stands in the descriptor, for example `@Internal Flash  /0x08000000/04*016Kg`. */
  readonly name: string;
}

/** The DFU functional descriptor (DFU 1.1, table 4.2). */
export interface DfuFunctional {
  readonly attributes: number;
  readonly detachTimeoutMs: number;
  /** wTransferSize: bytes in one DNLOAD or UPLOAD, and the stride of block numbers. */
  readonly transferSize: number;
  /** bcdDFUVersion; DfuSe is 0x011a. */
  readonly bcdDfu: number;
}

/** What an opened DFU device says about itself. */
export interface DfuDevice {
  readonly vendorId: number;
  readonly productId: number;
  readonly bcdDevice: number;
  readonly usbSerial: string | null;
  readonly functional: DfuFunctional;
  readonly alternates: readonly Alternate[];
}

/**
 * One opened and claimed DFU interface: all that the engine knows of USB. Requests are DFU class requests to the
 * interface (bmRequestType 0x21 out, 0xa1 in; DFU 1.1, table 3.2). One transfer at a time; every transfer has a timeout.
 */
export interface DfuPort {
  readonly device: DfuDevice;
  /** Sends `data` (may be empty). Rejects with TransferError. */
  controlOut(request: number, value: number, data: Uint8Array, timeoutMs: number): Promise<void>;
  /** Asks for up to `length` bytes; a device may answer with fewer. Rejects with TransferError. */
  controlIn(request: number, value: number, length: number, timeoutMs: number): Promise<Uint8Array>;
  /** SET_INTERFACE. Alternate 0 is selected when a port is opened. */
  selectAlternate(alternate: number): Promise<void>;
  /** Releases and closes, also after errors. Never rejects. */
  close(): Promise<void>;
}

/** Something on the bus, seen without opening it. */
export interface BusDevice {
  /** Port path: bus, ports of the hubs on the way, as in `1-2.3`. It names the slot. */
  readonly path: string;
  /** Changes each time something enumerates on this port, so a swap between two looks is noticed. */
  readonly address: number;
  readonly vendorId: number;
  readonly productId: number;
  readonly bcdDevice: number;
  readonly usbSerial: string | null;
  /** `dfu`: in its bootloader. `application`: a board that runs. `other`: a hub, a keyboard, anything else. */
  readonly mode: 'dfu' | 'application' | 'other';
}

/** A bus on which boards come and go: the real one, or the virtual bench. */
export interface DfuBus {
  /** Everything that is on the bus now. */
  list(): Promise<readonly BusDevice[]>;
  /** Calls `onHint` when the bus may have changed. Hints get lost: scan on a timer too. Returns a function that stops it. */
  watch(onHint: () => void): () => void;
  /** Opens the DFU device at `path`. Rejects with a Fault (BOARD_GONE, USB_PERMISSION, USB_BUSY, USB_HOST). */
  open(path: string): Promise<DfuPort>;
  close(): Promise<void>;
}
