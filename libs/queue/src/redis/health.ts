import type { RedisAddress } from './address.ts';
import { type Connections, reasonOf } from './connections.ts';

/** Looks at the shared connections, and says in plain words what is wrong with them. */
export class Health {
  readonly #connections: Connections;
  readonly #address: RedisAddress;
  readonly #onTrouble: (text: string | null) => void;
  #trouble: string | null = null;
  #answers = true;
  #over = false;

  constructor(connections: Connections, address: RedisAddress, onTrouble: (text: string | null) => void) {
    this.#connections = connections;
    this.#address = address;
    this.#onTrouble = onTrouble;
    for (const redis of [connections.commands, connections.events]) {
      redis.on('error', (error) => this.#silent(error));
      // The error that came before, if any, says more.
      redis.on('close', () => this.#answers && this.#silent('the connection was lost'));
      redis.on('ready', () => void this.beat());
    }
  }

  /** Null when all is well. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Asks Redis how it is. Also keeps the pub/sub connection honest: without traffic nobody would notice it is dead. */
  async beat(): Promise<void> {
    const { commands, events } = this.#connections;
    if (commands.status !== 'ready' || events.status !== 'ready') return;
    try {
      const [info] = await Promise.all([commands.info(), events.ping()]);
      this.#answers = true;
      this.#say(weaknessOf(info));
    } catch (error) {
      this.#silent(error);
    }
  }

  /** The end of the connections from here on is wanted, and no trouble. */
  stop(): void {
    this.#over = true;
  }

  #silent(error: unknown): void {
    this.#answers = false;
    this.#say(`Redis at ${this.#address.shown} does not answer: ${reasonOf(error)}.`);
  }

  #say(trouble: string | null): void {
    if (this.#over || trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#onTrouble(trouble);
  }
}

/** What makes this Redis unfit for a queue although it answers, from the text of its INFO command. */
export function weaknessOf(info: string): string | null {
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy !== undefined && policy !== 'noeviction')
    return `Redis may throw jobs away when its memory is full: its maxmemory-policy is ${policy}. Set "maxmemory-policy noeviction" in redis.conf.`;
  if (/^role:slave/m.test(info)) return 'Redis is a read-only replica: give the address of its master.';
  return null;
}
