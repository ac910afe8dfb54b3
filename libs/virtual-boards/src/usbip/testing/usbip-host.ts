import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { TransferError } from '@flashline/dfuse';

// Written from Documentation/usb/usbip_protocol.rst and not taken from the server: a wrong number on either side must break a test.

/** What came of a transfer: its status is 0 or a negative errno. */
export interface Returned {
  readonly status: number;
  readonly actual: number;
  readonly bytes: Buffer;
}

/** A transfer to be made, as vhci_hcd makes them. */
export interface Urb {
  readonly endpoint: number;
  readonly direction: 'in' | 'out';
  readonly setup?: readonly number[];
  readonly data?: Uint8Array;
  readonly length?: number;
  readonly flags?: number;
}

/** bmRequestType, bRequest, wValue and wIndex. */
type Request = readonly [number, number, number, number];

interface Waiting {
  readonly isIn: boolean;
  readonly resolve: (returned: Returned) => void;
}

const IMPORT_REPLY_BYTES = 8 + 312;
const LISTED_BYTES = 8 + 4;

/** A kernel that has imported one device. */
export class UsbipHost {
  /** OP_REP_IMPORT, byte for byte. */
  readonly reply: Buffer;
  /** Resolves when the server has hung up: to a kernel the device is unplugged. */
  readonly unplugged: Promise<void>;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #unlinks = new Map<number, (status: number) => void>();
  #rest: Buffer;
  #sequence = 0;

  private constructor(socket: Socket, received: Buffer) {
    this.#socket = socket;
    this.reply = received.subarray(0, IMPORT_REPLY_BYTES);
    this.#rest = received.subarray(IMPORT_REPLY_BYTES);
    this.unplugged = once(socket, 'close').then(() => {});
    socket.on('data', (chunk: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      while (this.#readOne());
    });
  }

  /** Rejects with the status of the server's refusal as its message. */
  static async attach(address: string, busid: string): Promise<UsbipHost> {
    const { socket, received } = await ask(address, operation(0x8003, busid), IMPORT_REPLY_BYTES);
    if (received.length < IMPORT_REPLY_BYTES) throw new Error(`refused ${received.readUInt32BE(4)}`);
    return new UsbipHost(socket, received);
  }

  /** Sends USBIP_CMD_SUBMIT. The answer never comes for a transfer that is unlinked in time. */
  submit(urb: Urb): { readonly sequence: number; readonly returned: Promise<Returned> } {
    const { endpoint, direction, setup = [], data = new Uint8Array(0), length = data.length, flags = 0 } = urb;
    const sequence = ++this.#sequence;
    const head = this.#head(1, sequence);
    head.writeUInt32BE(direction === 'in' ? 1 : 0, 12);
    head.writeUInt32BE(endpoint, 16);
    head.writeUInt32BE(flags, 20);
    head.writeUInt32BE(length, 24);
    head.set(setup, 40);
    const returned = new Promise<Returned>((resolve) =>
      this.#waiting.set(sequence, { isIn: direction === 'in', resolve }),
    );
    this.#socket.write(Buffer.concat([head, data]));
    return { sequence, returned };
  }

  /** Sends USBIP_CMD_UNLINK for a transfer; resolves with the status of the USBIP_RET_UNLINK. */
  unlink(target: number): Promise<number> {
    const sequence = ++this.#sequence;
    const head = this.#head(2, sequence);
    head.writeUInt32BE(target, 20);
    this.#socket.write(head);
    return new Promise((resolve) => this.#unlinks.set(sequence, resolve));
  }

  /** A control transfer; `what` are the bytes to send, or how many to read. */
  control([type, request, value, index]: Request, what: Uint8Array | number) {
    const length = typeof what === 'number' ? what : what.length;
    const setup = [type, request, value & 0xff, value >> 8, index & 0xff, index >> 8, length & 0xff, length >> 8];
    const direction = (type & 0x80) === 0 ? 'out' : 'in';
    return this.submit({ endpoint: 0, direction, setup, ...(typeof what === 'number' ? { length } : { data: what }) });
  }

  /** The bytes of a descriptor, or null when the device stalls. */
  async descriptor(type: number, index: number, length = 255): Promise<Buffer | null> {
    const { status, bytes } = await this.control([0x80, 6, type * 0x100 + index, 0], length).returned;
    return status === 0 ? bytes : null;
  }

  /** Anything at all, as if it were a command. */
  say(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** The kernel lets go of the device. */
  async detach(): Promise<void> {
    this.#socket.destroy();
    await this.unplugged;
  }

  /** Rejects with `gone` when the device is unplugged before the promise settles. */
  async orUnplugged<T>(promise: Promise<T>): Promise<T> {
    const gone = this.unplugged.then(() => {
      throw new TransferError('gone', 'unplugged');
    });
    return Promise.race([promise, gone]);
  }

  #head(command: number, sequence: number): Buffer {
    const head = Buffer.alloc(48);
    head.writeUInt32BE(command, 0);
    head.writeUInt32BE(sequence, 4);
    head.writeUInt32BE(this.reply.readUInt32BE(8 + 288) * 0x1_0000 + this.reply.readUInt32BE(8 + 292), 8);
    return head;
  }

  #readOne(): boolean {
    if (this.#rest.length < 48) return false;
    const [command, sequence, status] = [0, 4, 20].map((at) => this.#rest.readInt32BE(at));
    const actual = this.#rest.readUInt32BE(24);
    if (command === 4) {
      this.#unlinks.get(sequence ?? 0)?.(status ?? 0);
      this.#rest = this.#rest.subarray(48);
      return true;
    }
    const waiting = this.#waiting.get(sequence ?? 0);
    // vhci_rx.c: "cannot find a urb of seqnum" ends the connection.
    if (command !== 3 || !waiting) throw new Error(`an answer to nothing: ${command} ${sequence}`);
    const end = 48 + (waiting.isIn ? actual : 0);
    if (this.#rest.length < end) return false;
    this.#waiting.delete(sequence ?? 0);
    waiting.resolve({ status: status ?? 0, actual, bytes: this.#rest.subarray(48, end) });
    this.#rest = this.#rest.subarray(end);
    return true;
  }
}

/** OP_REP_DEVLIST, byte for byte. */
export async function listed(address: string): Promise<Buffer> {
  const { socket, received } = await ask(address, operation(0x8005), Number.POSITIVE_INFINITY);
  socket.destroy();
  if (received.length < LISTED_BYTES) throw new Error('cut short');
  return received;
}

/** Sends anything at all; resolves with what came back when the server hangs up. */
export async function spoken(address: string, bytes: Uint8Array): Promise<Buffer> {
  return (await ask(address, Buffer.from(bytes), Number.POSITIVE_INFINITY)).received;
}

/** The head of an operation, and a busid if there is one. */
export function operation(code: number, busid?: string): Buffer {
  const bytes = Buffer.alloc(busid === undefined ? 8 : 40);
  bytes.writeUInt16BE(0x0111, 0);
  bytes.writeUInt16BE(code, 2);
  bytes.write(busid ?? '', 8, 'latin1');
  return bytes;
}

async function ask(address: string, question: Buffer, enough: number): Promise<{ socket: Socket; received: Buffer }> {
  const [host = '', port] = address.split(':');
  const socket = connect({ host, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  socket.write(question);
  let received = Buffer.alloc(0);
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= enough) resolve();
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve());
  });
  socket.removeAllListeners('data');
  return { socket, received };
}
