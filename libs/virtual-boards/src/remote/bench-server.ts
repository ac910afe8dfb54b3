import { createServer, type Server, type Socket } from 'node:net';
import { Fault } from '@flashline/contracts';
import type { VirtualBench } from '../bench/bench.ts';
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
  await listen(server, host, port);
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Fault('ADDRESS_UNAVAILABLE', { host });
  return {
    address: `${host}:${bound.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'EADDRINUSE' ? 'PORT_TAKEN' : 'ADDRESS_UNAVAILABLE';
      reject(new Fault(code, { host, port, reason: cause.code ?? cause.message }, { cause }));
    });
    server.listen(port, host, resolve);
  });
}
