import { createServer, type Socket } from 'node:net';
import type { VirtualBench } from '../bench/bench.ts';
import { listenOn } from '../listening.ts';
import { BenchConnection } from './bench-connection.ts';

/** A bench that others can connect to. */
export interface ServedBench {
  /** `host:port`, for connectBench. */
  readonly address: string;
  /** Stops listening and drops every connection; the bench itself goes on. */
  close(): Promise<void>;
}

/** Lets other processes use a bench over TCP, so that its boards outlive them. Loopback only: there is no authentication. */
export async function serveBench(
  bench: VirtualBench,
  { host = '127.0.0.1', port = 0 }: { readonly host?: string; readonly port?: number } = {},
): Promise<ServedBench> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    new BenchConnection(bench, socket).serve();
  });
  const address = await listenOn(server, host, port);
  return {
    address,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
