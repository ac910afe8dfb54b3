import type { Socket } from 'node:net';
import { Fault } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { Attachment } from './attachment.ts';
import { exportOf, openDevice, type UsbipBench } from './exports.ts';
import { importRefusal, importReply, listReply, STATUS } from './wire/operations.ts';
import { type Said, UsbipReader } from './wire/usbip-reader.ts';

/** Who connects and asks for nothing is not kept. */
const QUESTION_MS_MAX = 10_000;
/** Who does not hang up when everything is said is hung up on. */
const HANG_UP_MS_MAX = 2_000;
/** Who asks and does not read the answers is not served any more. */
const UNREAD_BYTES_MAX = 4 * 1024 * 1024;

/** What a peer needs to know of the others. */
export interface Exports {
  readonly bench: UsbipBench;
  /** Boards that are given away, by path. */
  readonly taken: Map<string, Peer>;
}

/** One client of a USB/IP server: it asks for the list, or for one device, whose transfers the connection carries from then on. */
export class Peer {
  readonly #exports: Exports;
  readonly #socket: Socket;
  #device: BusDevice | null = null;
  #attachment: Attachment | null = null;
  #isOver = false;

  constructor(exports: Exports, socket: Socket) {
    this.#exports = exports;
    this.#socket = socket;
  }

  serve(): void {
    const reader = new UsbipReader();
    const socket = this.#socket;
    socket.setTimeout(QUESTION_MS_MAX, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      if (this.#isOver) return;
      try {
        for (const said of reader.push(chunk)) this.#hear(said);
      } catch {
        // Not our protocol: there is nobody to explain it to.
        socket.destroy();
      }
    });
    // A reset is an end like any other.
    socket.on('error', () => {});
    socket.once('close', () => this.#letGo());
  }

  /** Looks whether the board that was given away is still there as what it was; if not, the client loses it. */
  notice(present: readonly BusDevice[]): void {
    const device = this.#device;
    if (device && !present.some(({ path, address }) => path === device.path && address === device.address)) this.#end();
  }

  #hear(said: Said): void {
    switch (said.is) {
      case 'list':
        void this.#reply(() => this.#list());
        return;
      case 'import':
        void this.#reply(() => this.#import(said.busid));
        return;
      case 'transfer':
        if (!this.#attachment?.submit(said.submit, said.data)) this.#socket.destroy();
        return;
      case 'unlink':
        this.#attachment?.unlink(said);
        return;
      default:
        said satisfies never;
    }
  }

  async #reply(answer: () => Promise<void>): Promise<void> {
    await answer().catch(() => this.#socket.destroy());
  }

  async #list(): Promise<void> {
    const { bench } = this.#exports;
    const devices = await bench.list();
    this.#send(listReply(devices.map((device) => exportOf(bench, device))));
    this.#end();
  }

  async #import(busid: string): Promise<void> {
    const { bench, taken } = this.#exports;
    const device = (await bench.list()).find(({ path }) => path === busid);
    if (!device) return this.#refuse(STATUS.noDevice);
    if (taken.has(busid)) return this.#refuse(STATUS.busy);
    taken.set(busid, this);
    this.#device = device;
    try {
      const usbDevice = await openDevice(bench, device);
      this.#attachment = new Attachment(usbDevice, (bytes) => this.#send(bytes));
    } catch (thrown) {
      const isBusy = thrown instanceof Fault && thrown.code === 'USB_BUSY';
      return this.#refuse(isBusy ? STATUS.busy : STATUS.error);
    }
    // The client may have hung up in between, or the board gone, and nobody else would close what was opened.
    if (this.#socket.destroyed || this.#device !== device) return this.#letGo();
    this.#socket.setTimeout(0);
    this.#send(importReply(exportOf(bench, device)));
  }

  #refuse(status: number): void {
    this.#send(importRefusal(status));
    this.#end();
  }

  #send(bytes: Buffer): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    this.#socket.write(bytes);
    if (this.#socket.writableLength > UNREAD_BYTES_MAX) this.#socket.destroy();
  }

  /** Hangs up when everything is said: the last answer of a board that leaves comes in this turn. */
  #end(): void {
    setImmediate(() => {
      this.#letGo();
      this.#isOver = true;
      // Closing with something unread would throw away what the client has not got yet, so it hangs up first.
      this.#socket.end();
      this.#socket.setTimeout(HANG_UP_MS_MAX);
    });
  }

  #letGo(): void {
    this.#attachment?.close();
    this.#attachment = null;
    if (this.#device && this.#exports.taken.get(this.#device.path) === this)
      this.#exports.taken.delete(this.#device.path);
    this.#device = null;
  }
}
