import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { problemOf, sendProblem } from './problems.ts';

const HOST = /^(\[[0-9a-f:.]+\]|[^:]+)(?::\d+)?$/i;
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Browsers run only what the station itself serves: the dashboard is built files, nothing inline, nothing from elsewhere. */
export function pageHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // The station speaks plain HTTP; a proxy in front of it that speaks TLS adds its own.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  });
}

/**
 * Refuses requests for a host that is not ours. A page elsewhere can point a name of its own at this address (DNS
 * rebinding) and would then count as the same origin; it cannot do so with the address itself.
 */
export function hostGuard(allowedHosts: Iterable<string>): RequestHandler {
  const allowed = new Set(['localhost', '127.0.0.1', '[::1]']);
  for (const host of allowedHosts) allowed.add(bracketed(host.toLowerCase()));
  return (request, response, next) => {
    const [, name = ''] = HOST.exec(request.headers.host ?? '') ?? [];
    const own = bracketed((request.socket.localAddress ?? '').replace(/^::ffff:(?=\d+\.)/, ''));
    if (allowed.has(name.toLowerCase()) || (name !== '' && name.toLowerCase() === own)) return next();
    sendProblem(response, problemOf('REQUEST_FORBIDDEN', { detail: 'the Host header names another host' }));
  };
}

/** Refuses what another site's page makes a browser send (CSRF), unless it only reads. */
export const originGuard: RequestHandler = (request, response, next) => {
  if (SAFE_METHODS.has(request.method)) return next();
  return sameSiteOnly(request, response, next);
};

/** Refuses everything another site's page makes a browser send. Programs that are no browsers send neither header. */
export const sameSiteOnly: RequestHandler = (request, response, next) => {
  const { origin, host, 'sec-fetch-site': site } = request.headers;
  const isOwnOrigin = origin === undefined || hostOf(origin) === host;
  const isOwnSite = site === undefined || site === 'same-origin' || site === 'none';
  if (isOwnOrigin && isOwnSite) return next();
  sendProblem(response, problemOf('REQUEST_FORBIDDEN', { detail: 'the request comes from another site' }));
};

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
