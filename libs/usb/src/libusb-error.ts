import { Fault, type FaultCode, type FaultDetails } from '@flashline/contracts';
import { TransferError, type TransferTrouble } from '@flashline/dfuse';

interface Meaning {
  readonly errno: number;
  /** What it means when a transfer ends so. */
  readonly trouble: TransferTrouble;
  /** What it means when opening or claiming ends so. */
  readonly fault: FaultCode;
}

/**
 * Every way libusb 1.0 fails (libusb.h): positive numbers are the status of a transfer that was carried out, negative
 * ones the error of a call. A test pins the numbers to those of the installed binding.
 */
export const LIBUSB_FAILURES = {
  LIBUSB_TRANSFER_ERROR: { errno: 1, trouble: 'protocol', fault: 'USB_HOST' },
  LIBUSB_TRANSFER_TIMED_OUT: { errno: 2, trouble: 'timeout', fault: 'USB_HOST' },
  LIBUSB_TRANSFER_CANCELLED: { errno: 3, trouble: 'host', fault: 'USB_HOST' },
  LIBUSB_TRANSFER_STALL: { errno: 4, trouble: 'stall', fault: 'USB_HOST' },
  LIBUSB_TRANSFER_NO_DEVICE: { errno: 5, trouble: 'gone', fault: 'BOARD_GONE' },
  LIBUSB_TRANSFER_OVERFLOW: { errno: 6, trouble: 'protocol', fault: 'USB_HOST' },
  LIBUSB_ERROR_IO: { errno: -1, trouble: 'host', fault: 'USB_HOST' },
  LIBUSB_ERROR_INVALID_PARAM: { errno: -2, trouble: 'host', fault: 'USB_HOST' },
  LIBUSB_ERROR_ACCESS: { errno: -3, trouble: 'host', fault: 'USB_PERMISSION' },
  LIBUSB_ERROR_NO_DEVICE: { errno: -4, trouble: 'gone', fault: 'BOARD_GONE' },
  LIBUSB_ERROR_NOT_FOUND: { errno: -5, trouble: 'host', fault: 'BOARD_GONE' },
  LIBUSB_ERROR_BUSY: { errno: -6, trouble: 'host', fault: 'USB_BUSY' },
  LIBUSB_ERROR_TIMEOUT: { errno: -7, trouble: 'timeout', fault: 'USB_HOST' },
  LIBUSB_ERROR_OVERFLOW: { errno: -8, trouble: 'protocol', fault: 'USB_HOST' },
  LIBUSB_ERROR_PIPE: { errno: -9, trouble: 'stall', fault: 'USB_HOST' },
  LIBUSB_ERROR_INTERRUPTED: { errno: -10, trouble: 'host', fault: 'USB_HOST' },
  LIBUSB_ERROR_NO_MEM: { errno: -11, trouble: 'host', fault: 'USB_HOST' },
  // Windows: no driver that libusb can use is bound to the device.
  LIBUSB_ERROR_NOT_SUPPORTED: { errno: -12, trouble: 'host', fault: 'USB_PERMISSION' },
  LIBUSB_ERROR_OTHER: { errno: -99, trouble: 'host', fault: 'USB_HOST' },
} as const satisfies Record<string, Meaning>;

const BY_ERRNO = new Map<number, Meaning & { readonly name: string }>(
  Object.entries(LIBUSB_FAILURES).map(([name, meaning]) => [meaning.errno, { name, ...meaning }]),
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

function errnoOf(thrown: unknown): number | null {
  if (!(thrown instanceof Error) || !('errno' in thrown)) return null;
  return typeof thrown.errno === 'number' ? thrown.errno : null;
}
