import { createServer, type Socket } from 'node:net';
import { listenOn } from '../listening.ts';
import type { UsbipBench } from './exports.ts';
import { type Exports, Peer } from './peer.ts';
import { USBIP_PORT } from './wire/operations.ts';

/** A bench whose boards are to be had over USB/IP. */
export interface ServedUsbip {
  /** `host:port`. */
  readonly address: string;
  /** Stops listening and takes all boards back; the bench itself goes on. */
  close(): Promise<void>;
}

/** Far more than there are ports on the virtual controllers of a kernel. */
const CONNECTIONS_MAX = 512;

/**
 * Gives the boards of a bench to the kernels of others over USB/IP: with `usbip attach` they are real USB devices there. A
 * connection ends when its board leaves the bus, and the board can be imported again when it is back, as what it is then.
 * Loopback only, if not told otherwise: there is no authentication. Rejects with PORT_TAKEN or ADDRESS_UNAVAILABLE.
 */
export async function serveUsbip(
  bench: UsbipBench,
  { host = '127.0.0.1', port = USBIP_PORT }: { readonly host?: string; readonly port?: number } = {},
): Promise<ServedUsbip> {
  const sockets = new Set<Socket>();
  const exports: Exports = { bench, taken: new Map() };
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    new Peer(exports, socket).serve();
  });
  server.maxConnections = CONNECTIONS_MAX;
  const address = await listenOn(server, host, port);
  const unwatch = bench.watch(() => void notice(exports));
  return {
    address,
    close: () =>
      new Promise((resolve) => {
        unwatch();
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function notice({ bench, taken }: Exports): Promise<void> {
  const present = await bench.list();
  for (const peer of [...taken.values()]) peer.notice(present);
}
