import { asFault, Fault, type FaultCode, type FaultDetails } from '@flashline/contracts';
import { FAULT_OF_TROUBLE, TransferError, type TransferTrouble } from '@flashline/dfuse';

/**
 * `transient`: passes by itself, or when it is done again. `device`: the device refuses, or has left. `host`: this computer.
 * `permission`: it may not use the device. `protocol`: wire or device broke the rules of USB.
 */
export type FailureClass = 'transient' | 'device' | 'host' | 'permission' | 'protocol';

interface Meaning {
  readonly errno: number;
  readonly class: FailureClass;
  /** What it means when a transfer ends so. */
  readonly trouble: TransferTrouble;
  /** What it means when opening or claiming ends so; transfers alone have a status. */
  readonly fault?: FaultCode;
}

/**
 * Every way libusb 1.0 fails (libusb.h): positive numbers are the status of a transfer that was carried out, negative
 * ones the error of a call. A test pins the numbers to those of the installed binding, another docs/usb-errors.md to this.
 */
export const LIBUSB_FAILURES = {
  LIBUSB_TRANSFER_ERROR: { errno: 1, class: 'protocol', trouble: 'protocol' },
  LIBUSB_TRANSFER_TIMED_OUT: { errno: 2, class: 'transient', trouble: 'timeout' },
  // Nobody cancels a transfer but our own timer.
  LIBUSB_TRANSFER_CANCELLED: { errno: 3, class: 'transient', trouble: 'timeout' },
  LIBUSB_TRANSFER_STALL: { errno: 4, class: 'device', trouble: 'stall' },
  LIBUSB_TRANSFER_NO_DEVICE: { errno: 5, class: 'device', trouble: 'gone' },
  LIBUSB_TRANSFER_OVERFLOW: { errno: 6, class: 'protocol', trouble: 'protocol' },
  LIBUSB_ERROR_IO: { errno: -1, class: 'host', trouble: 'host', fault: 'USB_HOST' },
  LIBUSB_ERROR_INVALID_PARAM: { errno: -2, class: 'host', trouble: 'host', fault: 'USB_HOST' },
  LIBUSB_ERROR_ACCESS: { errno: -3, class: 'permission', trouble: 'host', fault: 'USB_PERMISSION' },
  LIBUSB_ERROR_NO_DEVICE: { errno: -4, class: 'device', trouble: 'gone', fault: 'BOARD_GONE' },
  LIBUSB_ERROR_NOT_FOUND: { errno: -5, class: 'device', trouble: 'host', fault: 'BOARD_GONE' },
  LIBUSB_ERROR_BUSY: { errno: -6, class: 'transient', trouble: 'host', fault: 'USB_BUSY' },
  LIBUSB_ERROR_TIMEOUT: { errno: -7, class: 'transient', trouble: 'timeout', fault: 'USB_HOST' },
  LIBUSB_ERROR_OVERFLOW: { errno: -8, class: 'protocol', trouble: 'protocol', fault: 'USB_HOST' },
  LIBUSB_ERROR_PIPE: { errno: -9, class: 'device', trouble: 'stall', fault: 'USB_HOST' },
  LIBUSB_ERROR_INTERRUPTED: { errno: -10, class: 'transient', trouble: 'host', fault: 'USB_HOST' },
  LIBUSB_ERROR_NO_MEM: { errno: -11, class: 'host', trouble: 'host', fault: 'USB_HOST' },
  // Windows: no driver that libusb can use is bound to the device, or none yet.
  LIBUSB_ERROR_NOT_SUPPORTED: { errno: -12, class: 'permission', trouble: 'host', fault: 'USB_PERMISSION' },
  LIBUSB_ERROR_OTHER: { errno: -99, class: 'host', trouble: 'host', fault: 'USB_HOST' },
} as const satisfies Record<string, Meaning>;

export type LibusbFailure = keyof typeof LIBUSB_FAILURES;

const BY_ERRNO = new Map<number, Meaning & { readonly name: string }>(
  Object.entries<Meaning>(LIBUSB_FAILURES).map(([name, meaning]) => [meaning.errno, { name, ...meaning }]),
);

/** libusb's own name of an error or transfer status; the binding's messages call every failed transfer "UNKNOWN". */
export function libusbName(errno: number): string {
  return BY_ERRNO.get(errno)?.name ?? `libusb ${errno}`;
}

/** What the number of a failed transfer means to the engine. */
export function translate(errno: number): TransferTrouble {
  return BY_ERRNO.get(errno)?.trouble ?? 'host';
}

/** Whatever the binding threw out of a transfer, as the one error that transports throw. */
export function asTransferError(thrown: unknown): TransferError {
  if (thrown instanceof TransferError) return thrown;
  const errno = errnoOf(thrown);
  if (errno === null) return new TransferError('host', String(thrown), { cause: thrown });
  return new TransferError(translate(errno), libusbName(errno), { cause: thrown });
}

/** Whatever the binding threw outside of a transfer, as a fault with the facts of this occurrence. */
export function asUsbFault(thrown: unknown, facts: FaultDetails): Fault {
  const errno = errnoOf(thrown);
  if (errno === null)
    return new Fault('USB_HOST', { ...facts, reason: String(thrown).slice(0, 500) }, { cause: thrown });
  const code = BY_ERRNO.get(errno)?.fault ?? 'USB_HOST';
  return new Fault(code, { ...facts, errno: libusbName(errno) }, { cause: thrown });
}

/** Whatever talking to a board threw, as a fault with the facts of this occurrence. */
export function asBoardFault(thrown: unknown, facts: FaultDetails): Fault {
  if (!(thrown instanceof TransferError)) return asFault(thrown);
  return new Fault(FAULT_OF_TROUBLE[thrown.trouble], { ...facts, reason: thrown.message }, { cause: thrown });
}

/** True when opening failed in a way that may pass within moments: udev has not run its rules, another program just looks. */
export function mayPass({ details: { errno } }: Fault): boolean {
  const meaning = Object.entries(LIBUSB_FAILURES).find(([name]) => name === errno)?.[1];
  return meaning?.class === 'permission' || meaning?.class === 'transient';
}

function errnoOf(thrown: unknown): number | null {
  if (!(thrown instanceof Error) || !('errno' in thrown)) return null;
  return typeof thrown.errno === 'number' ? thrown.errno : null;
}
