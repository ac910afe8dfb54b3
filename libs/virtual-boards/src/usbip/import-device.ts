import { connect, type Socket } from 'node:net';
import { Fault } from '@flashline/contracts';
import {
  DEVICE_BYTES,
  devidOf,
  HEAD_BYTES,
  importedIn,
  importQuestion,
  OPERATION,
  STATUS,
  VERSION,
} from './wire/operations.ts';

/** A device that a server has given away, on a connection that waits for a kernel to take it over. */
export interface ImportedDevice {
  /** The descriptor of the connection in this process; its transfers are for the kernel only. */
  readonly fd: number;
  /** How the server names the device. */
  readonly devid: number;
  /** As in `enum usb_device_speed`: 2 is full speed. */
  readonly speed: number;
  /** Closes the descriptor. A kernel that has taken over keeps the connection; without one the device is given back. */
  close(): void;
}

const REPLY_BYTES = HEAD_BYTES + DEVICE_BYTES;
const ANSWER_MS_MAX = 5000;

/**
 * Imports a device from a USB/IP server and stops reading, so that a kernel can go on: write `port fd devid speed` to
 * `/sys/devices/platform/vhci_hcd.0/attach` from this process, then `close()`. That is all that `usbip attach` does. Rejects with
 * USB_HOST when there is no such server, BOARD_GONE when it has no such device, USB_BUSY when it has given it away.
 */
export async function importDevice(host: string, port: number, busid: string): Promise<ImportedDevice> {
  const { socket, reply } = await ask(host, port, busid);
  const { bus, number, speed } = importedIn(reply.subarray(HEAD_BYTES));
  return { fd: descriptorOf(socket), devid: devidOf({ bus, number }), speed, close: () => void socket.destroy() };
}

function ask(host: string, port: number, busid: string): Promise<{ readonly socket: Socket; readonly reply: Buffer }> {
  const where = { address: `${host}:${port}`, path: busid };
  return new Promise((resolve, reject) => {
    let reply = Buffer.alloc(0);
    const refuse = (fault: Fault) => {
      socket.destroy();
      reject(fault);
    };
    const read = (count: number, buffer: Uint8Array): boolean => {
      reply = Buffer.concat([reply, buffer.subarray(0, count)]);
      const fault = faultIn(reply, where);
      if (fault) refuse(fault);
      else if (reply.length >= REPLY_BYTES) {
        // Nobody reads any more; an error is the kernel's to find.
        socket.removeAllListeners().on('error', () => {});
        socket.setTimeout(0);
        resolve({ socket, reply });
      }
      // False stops the reading at once: whatever follows is for the kernel.
      return fault === null && reply.length < REPLY_BYTES;
    };
    // A buffer of our own, because a stream would read on until its own was full.
    const onread = { buffer: Buffer.alloc(REPLY_BYTES), callback: read };
    const socket = connect({ host, port, noDelay: true, timeout: ANSWER_MS_MAX, onread });
    const failed = (reason: string) => () => refuse(new Fault('USB_HOST', { ...where, reason }));
    socket.once('connect', () => socket.write(importQuestion(busid)));
    socket.once('timeout', failed('the USB/IP server does not answer'));
    socket.once('error', failed('there is no USB/IP server'));
    socket.once('close', failed('the USB/IP server hung up'));
  });
}

/** What is wrong with the reply so far; null when nothing is. */
function faultIn(reply: Buffer, where: { readonly address: string; readonly path: string }): Fault | null {
  if (reply.length < HEAD_BYTES) return null;
  if (reply.readUInt16BE(0) !== VERSION || reply.readUInt16BE(2) !== OPERATION.import)
    return new Fault('USB_HOST', { ...where, reason: 'not a USB/IP server' });
  const status = reply.readUInt32BE(4);
  if (status === STATUS.ok) return null;
  return new Fault(status === STATUS.busy ? 'USB_BUSY' : 'BOARD_GONE', { ...where, status });
}

/** Node.js has no public way to the descriptor of a socket; its handle has had this property on all Unix systems for ever. */
function descriptorOf(socket: Socket): number {
  const { _handle: handle } = socket as Socket & { readonly _handle?: { readonly fd?: number } };
  const fd = handle?.fd ?? -1;
  if (fd < 0) throw new Fault('USB_HOST', { reason: 'the connection has no file descriptor' });
  return fd;
}
