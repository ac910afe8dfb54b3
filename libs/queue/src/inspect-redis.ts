import { parseAddress } from './redis/address.ts';
import { closeConnections, openConnections, unreachable } from './redis/connections.ts';

/** What a Redis tells about itself, as far as a queue depends on it; null where it does not tell. */
export interface RedisCondition {
  /** The address without name and password. */
  readonly url: string;
  readonly version: string | null;
  /** `noeviction`, or how it makes room by throwing keys away. */
  readonly policy: string | null;
  /** It writes every change to its append-only file. */
  readonly isAppending: boolean | null;
  /** Its last write to disk failed, so it refuses changes. */
  readonly refusesWrites: boolean;
  readonly isReplica: boolean;
}

/** Asks a Redis how it is set up. Faults: CONFIG_INVALID for an address that cannot be one, QUEUE_UNREACHABLE. */
export async function inspectRedis(url: string): Promise<RedisCondition> {
  const address = parseAddress(url);
  const connections = await openConnections(address);
  try {
    // INFO, not CONFIG GET: servers that others run forbid the latter.
    return { url: address.shown, ...conditionIn(await connections.commands.info()) };
  } catch (error) {
    throw unreachable(address, error);
  } finally {
    await closeConnections(connections);
  }
}

/** Reads the text of INFO (redis.io, commands/info). */
export function conditionIn(info: string): Omit<RedisCondition, 'url'> {
  const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? null;
  const appending = field('aof_enabled');
  return {
    version: field('redis_version'),
    policy: field('maxmemory_policy'),
    isAppending: appending === null ? null : appending === '1',
    refusesWrites: field('aof_last_write_status') === 'err' || field('rdb_last_bgsave_status') === 'err',
    isReplica: field('role') === 'slave',
  };
}
