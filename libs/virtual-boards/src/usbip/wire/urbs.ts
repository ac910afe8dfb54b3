import { SETUP_BYTES } from '../device/control-setup.ts';

/** Commands and answers once a device is imported (Documentation/usb/usbip_protocol.rst). All numbers are big-endian. */
const COMMAND = { submit: 1, unlink: 2, submitted: 3, unlinked: 4 } as const;

export const URB_HEAD_BYTES = 48;
/** A control transfer has no more, and usbfs and cdc-acm split what is longer. */
const TRANSFER_BYTES_MAX = 64 * 1024;
const [DIRECTION_OUT, DIRECTION_IN] = [0, 1];
const ENDPOINT_MAX = 15;
/** What the document says is written for a transfer that is not isochronous; the kernel writes 0. */
const NO_PACKETS = 0xffff_ffff;
const URB_SHORT_NOT_OK = 1;
const SETUP_AT = 40;

/** Numbers of errno on Linux, as a kernel reads them from an answer. */
export const ERRNO = { stall: -32, protocol: -71, unlinked: -104, shortRead: -121 } as const;

/** A transfer that the host asks for. Its data come behind its head. */
export interface Submit {
  readonly is: 'submit';
  readonly sequence: number;
  readonly direction: 'in' | 'out';
  readonly endpoint: number;
  /** Bytes that follow, or that the host has room for. */
  readonly length: number;
  readonly isShortOk: boolean;
  readonly setup: Uint8Array;
}

/** The host takes a transfer back. */
export interface Unlink {
  readonly is: 'unlink';
  readonly sequence: number;
  readonly target: number;
}

/** The command in 48 bytes; null when it is none that can be carried out. */
export function urbIn(head: Buffer): Submit | Unlink | null {
  const [command, sequence] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  if (command === COMMAND.unlink) return { is: 'unlink', sequence, target: head.readUInt32BE(20) };
  const [direction, endpoint] = [head.readUInt32BE(12), head.readUInt32BE(16)];
  const [flags, length, packets] = [head.readUInt32BE(20), head.readUInt32BE(24), head.readUInt32BE(32)];
  const isKnown = command === COMMAND.submit && (direction === DIRECTION_OUT || direction === DIRECTION_IN);
  if (!isKnown || endpoint > ENDPOINT_MAX || length > TRANSFER_BYTES_MAX) return null;
  if (packets !== 0 && packets !== NO_PACKETS) return null;
  return {
    is: 'submit',
    sequence,
    direction: direction === DIRECTION_IN ? 'in' : 'out',
    endpoint,
    length,
    isShortOk: (flags & URB_SHORT_NOT_OK) === 0,
    setup: Uint8Array.from(head.subarray(SETUP_AT, SETUP_AT + SETUP_BYTES)),
  };
}

/** USBIP_RET_SUBMIT: 0 or an errno, the bytes that went either way, and those that were read. */
export function submitted(sequence: number, status: number, transferred: number, read: Uint8Array): Buffer {
  const bytes = Buffer.alloc(URB_HEAD_BYTES + read.length);
  bytes.writeUInt32BE(COMMAND.submitted, 0);
  bytes.writeUInt32BE(sequence, 4);
  bytes.writeInt32BE(status, 20);
  bytes.writeUInt32BE(transferred, 24);
  bytes.set(read, URB_HEAD_BYTES);
  return bytes;
}

/** USBIP_RET_UNLINK: -ECONNRESET when the transfer is taken back, and 0 when it was over already. */
export function unlinked(sequence: number, status: number): Buffer {
  const bytes = Buffer.alloc(URB_HEAD_BYTES);
  bytes.writeUInt32BE(COMMAND.unlinked, 0);
  bytes.writeUInt32BE(sequence, 4);
  bytes.writeInt32BE(status, 20);
  return bytes;
}
