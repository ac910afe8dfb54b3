import { asFault, FAULTS } from '@flashline/contracts';
import type { RedisCondition } from '@flashline/queue';
import { factsOf } from '../../exit.ts';
import { bad, ok, type Verdict, warn } from '../verdict.ts';

/** Whether a Redis is fit for the queue between hosts; `inspect` throws a Fault when it does not answer. */
export async function redis(inspect: () => Promise<RedisCondition>): Promise<Verdict> {
  const condition = await inspect().catch((thrown: unknown) => asFault(thrown));
  if ('code' in condition) {
    const { code, details } = condition;
    if (code === 'CONFIG_INVALID')
      return bad(`What --redis names is no address of a Redis${factsOf({ reason: details.reason ?? null })}.`, [
        'flashline doctor --redis redis://127.0.0.1:6379',
      ]);
    return bad(
      `${FAULTS[code].says.replace(/\.$/, '')}${factsOf(details)}.`,
      typeof details.url === 'string' ? [`redis-cli -u ${details.url} ping`] : [],
    );
  }
  const { url, version, policy, isAppending, refusesWrites, isReplica } = condition;
  const set = (...words: string[]) => [
    `redis-cli -u ${url} config set ${words.join(' ')}`,
    `redis-cli -u ${url} config rewrite`,
  ];
  if (isReplica) return bad(`Redis at ${url} is a read-only replica.`, ['Give the address of its master.']);
  if (refusesWrites)
    return bad(`Redis at ${url} cannot write to its disk, and therefore takes nothing.`, [
      `redis-cli -u ${url} info persistence`,
    ]);
  if (policy !== null && policy !== 'noeviction')
    return bad(
      `Redis at ${url} may throw jobs away when its memory is full: its maxmemory-policy is ${policy}.`,
      set('maxmemory-policy', 'noeviction'),
    );
  if (isAppending === false)
    return warn(
      `Redis at ${url} forgets waiting jobs when it stops: its append-only file is off.`,
      set('appendonly', 'yes'),
    );
  return ok(`Redis ${version ?? ''} at ${url} evicts nothing and keeps its jobs on disk.`);
}
