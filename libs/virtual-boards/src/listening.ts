import type { Server } from 'node:net';
import { Fault } from '@flashline/contracts';

/** Listens; resolves with `host:port`, where port 0 has become a free one. Rejects with PORT_TAKEN or ADDRESS_UNAVAILABLE. */
export async function listenOn(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'EADDRINUSE' ? 'PORT_TAKEN' : 'ADDRESS_UNAVAILABLE';
      reject(new Fault(code, { host, port, reason: cause.code ?? cause.message }, { cause }));
    });
    server.listen(port, host, resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Fault('ADDRESS_UNAVAILABLE', { host });
  return `${host}:${bound.port}`;
}
