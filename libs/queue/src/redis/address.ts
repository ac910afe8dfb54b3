import { Fault } from '@flashline/contracts';

/** Where Redis is and how to log in. `shown` is the only part that may be printed: it holds no name and no password. */
export interface RedisAddress {
  readonly shown: string;
  readonly db: number;
  readonly login: {
    readonly host: string;
    readonly port: number;
    readonly db: number;
    readonly username?: string;
    readonly password?: string;
    readonly tls?: Record<string, never>;
  };
}

/** Reads `redis://[user:password@]host[:port][/db]`, or `rediss://` for TLS. Throws CONFIG_INVALID, without the text: it may hold a password. */
export function parseAddress(text: string): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  const db = /^\/?(\d{0,4})$/.exec(url?.pathname ?? '')?.[1];
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '' || db === undefined || /[?#]/.test(text))
    throw invalid();
  return {
    shown: `${url.protocol}//${url.host}${url.pathname}`,
    db: Number(db),
    login: {
      // Brackets belong to the URL, not to the IPv6 address inside.
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || 6379),
      db: Number(db),
      ...(url.username && { username: decoded(url.username) }),
      ...(url.password && { password: decoded(url.password) }),
      ...(url.protocol === 'rediss:' && { tls: {} }),
    },
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid();
  }
}

function invalid(): Fault {
  return new Fault('CONFIG_INVALID', {
    field: 'redis',
    reason: 'must be redis://[user:password@]host[:port][/db], or rediss:// for TLS',
  });
}
