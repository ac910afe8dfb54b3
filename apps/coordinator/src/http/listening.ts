import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createProbe } from 'node:net';
import { Fault } from '@flashline/contracts';
import type { Time } from '../time.ts';

/** A slow client may take this long for its headers, and this long for a whole request with the largest image. */
const HEADERS_MS_MAX = 10_000;
const REQUEST_MS_MAX = 120_000;
const CONNECTIONS_MAX = 1000;
/** What is still being answered when the station stops has this long to end. */
const CLOSING_MS = 2000;

/** Where to listen. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A server that listens. */
export interface Listening {
  /** The address to open in a browser on this computer. */
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on a host and port; port 0 takes a free one. Rejects with PORT_TAKEN or ADDRESS_UNAVAILABLE. */
export async function listen(app: RequestListener, { host, port }: Address, time: Time): Promise<Listening> {
  const server = createServer({ headersTimeout: HEADERS_MS_MAX, requestTimeout: REQUEST_MS_MAX }, app);
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenFault(error, { host, port })));
    server.listen(port, host, resolve);
  });
  // Listening on a host and a port, never on a pipe, gives an address of this form.
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${hostInUrl(host)}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        const cancel = time.after(CLOSING_MS, () => server.closeAllConnections());
        server.close(() => {
          cancel();
          resolve();
        });
      }),
  };
}

/** Finds out whether one could listen there, before anything is written. Rejects with PORT_TAKEN or ADDRESS_UNAVAILABLE. */
export async function requireListenable({ host, port }: Address): Promise<void> {
  const probe = createProbe();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error) => reject(listenFault(error, { host, port })));
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

function listenFault(error: NodeJS.ErrnoException, { host, port }: Address): Fault {
  const code = error.code === 'EADDRINUSE' ? 'PORT_TAKEN' : 'ADDRESS_UNAVAILABLE';
  return new Fault(code, { host, port, reason: error.code ?? error.message }, { cause: error });
}

function hostInUrl(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
