import type { FailureClass, LibusbFailure } from './libusb-error.ts';

/** Where the kernel answers: opening the device node, claiming, SET_INTERFACE, submitting a transfer, and how that ended. */
export type KernelStage = 'open' | 'claim' | 'select' | 'submit' | 'status';

interface KernelFailure {
  readonly errno: number;
  readonly class: FailureClass;
  readonly says: string;
  /** What libusb makes of it at each stage where it occurs. */
  readonly as: Readonly<Partial<Record<KernelStage, LibusbFailure>>>;
}

const BROKEN = { select: 'LIBUSB_ERROR_OTHER', status: 'LIBUSB_TRANSFER_ERROR' } as const;

/**
 * The errors that Linux gives for USB devices (Documentation/driver-api/usb/error-codes.rst), as `dmesg` names them with a
 * minus sign, and what libusb 1.0.30 makes of them (os/linux_usbfs.c). Where that is IO or OTHER it can no longer be told.
 */
export const KERNEL_FAILURES = {
  EPERM: {
    errno: 1,
    class: 'permission',
    says: 'The container may not use the device (no device rule).',
    as: { open: 'LIBUSB_ERROR_IO' },
  },
  ENOENT: {
    errno: 2,
    class: 'device',
    says: 'There is no such device, or no such interface on it.',
    as: { open: 'LIBUSB_ERROR_NO_DEVICE', claim: 'LIBUSB_ERROR_NOT_FOUND' },
  },
  ENOMEM: {
    errno: 12,
    class: 'host',
    says: 'No memory left for transfers: usbfs_memory_mb, 16 MB for all programs together.',
    as: { open: 'LIBUSB_ERROR_IO', select: 'LIBUSB_ERROR_OTHER', submit: 'LIBUSB_ERROR_IO' },
  },
  EACCES: {
    errno: 13,
    class: 'permission',
    says: 'The user may not open the device; right after a plug, udev has not run its rules yet.',
    as: { open: 'LIBUSB_ERROR_ACCESS' },
  },
  EBUSY: {
    errno: 16,
    class: 'transient',
    says: 'Another program or driver holds the interface.',
    as: { claim: 'LIBUSB_ERROR_BUSY' },
  },
  ENODEV: {
    errno: 19,
    class: 'device',
    says: 'The device has left.',
    as: {
      open: 'LIBUSB_ERROR_IO',
      claim: 'LIBUSB_ERROR_NO_DEVICE',
      select: 'LIBUSB_ERROR_NO_DEVICE',
      submit: 'LIBUSB_ERROR_NO_DEVICE',
      status: 'LIBUSB_TRANSFER_NO_DEVICE',
    },
  },
  ENOSPC: {
    errno: 28,
    class: 'host',
    says: 'The controller has no bandwidth or no endpoint left.',
    as: { select: 'LIBUSB_ERROR_OTHER', submit: 'LIBUSB_ERROR_IO' },
  },
  EPIPE: {
    errno: 32,
    class: 'device',
    says: 'The device answered STALL.',
    as: { select: 'LIBUSB_ERROR_OTHER', status: 'LIBUSB_TRANSFER_STALL' },
  },
  ETIME: { errno: 62, class: 'protocol', says: 'The device did not answer a packet in time.', as: BROKEN },
  EPROTO: {
    errno: 71,
    class: 'protocol',
    says: 'A packet was broken or not answered: a bad cable, or the device has just left.',
    as: BROKEN,
  },
  EOVERFLOW: {
    errno: 75,
    class: 'protocol',
    says: 'The device sent more than it was asked for (babble).',
    as: { select: 'LIBUSB_ERROR_OTHER', status: 'LIBUSB_TRANSFER_OVERFLOW' },
  },
  EILSEQ: { errno: 84, class: 'protocol', says: 'The checksum of a packet was wrong.', as: BROKEN },
  ESHUTDOWN: {
    errno: 108,
    class: 'device',
    says: 'The device or its controller was switched off.',
    as: { submit: 'LIBUSB_ERROR_IO', status: 'LIBUSB_TRANSFER_NO_DEVICE' },
  },
  ETIMEDOUT: {
    errno: 110,
    class: 'transient',
    says: 'The device did not answer a request of the kernel in time.',
    as: { select: 'LIBUSB_ERROR_OTHER' },
  },
} as const satisfies Record<string, KernelFailure>;
