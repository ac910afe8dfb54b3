import type { UsbTree } from '@flashline/contracts';
import type { HostControl, StartHost } from './host.ts';
import type { FromHost } from './host-messages.ts';

/** Ports that are named in one message. */
const PORTS_TOLD_MAX = 8;

/** One whole look at the bus. */
export type BusScan = Extract<FromHost, { on: 'devices' }>;

/** Whom a lookout tells. */
export interface LookoutEvents {
  onScan(scan: BusScan): void;
  /** Something came onto this port and the system did not tell: whoever works on it has to look anew. */
  onUntold(path: string): void;
  /** What the lookout says of itself has changed. */
  onChange(): void;
}

/** The process that watches the bus, kept alive, and what it says about its own sight. */
export class Lookout {
  readonly #events: LookoutEvents;
  readonly #host: HostControl;
  /** Devices for which a new process was started, as `path@address`. */
  readonly #renewedFor = new Set<string>();
  #blindness: string | null = 'The station is starting.';
  #unseen: readonly string[] = [];
  #tree: UsbTree | null = null;

  constructor(startHost: StartHost, events: LookoutEvents) {
    this.#events = events;
    this.#host = startHost({
      onMessage: (message) => this.#take(message),
      onEnd: (end, how) =>
        this.#blind(end === 'recycled' ? RENEWED : `The process that watches the USB bus ${end} (${how}).`),
    });
  }

  /** Nothing can be seen: whatever is known of the slots is old. */
  get isBlind(): boolean {
    return this.#blindness !== null;
  }

  /** What is wrong, in plain words; null when all is seen. */
  get trouble(): string | null {
    if (this.#blindness !== null || this.#unseen.length === 0) return this.#blindness;
    const paths = this.#unseen.slice(0, PORTS_TOLD_MAX).map(pathIn).join(', ');
    return `The USB library cannot see what is plugged in at ${paths}. Check that udevd runs, and plug it in again.`;
  }

  /** The hubs of the computer; null where they are not known. */
  get tree(): UsbTree | null {
    return this.#tree;
  }

  stop(): Promise<void> {
    return this.#host.stop();
  }

  #take(message: FromHost): void {
    if (message.on === 'tree') {
      this.#tree = message.tree;
      this.#events.onChange();
    }
    if (message.on !== 'devices') return;
    this.#blind(message.trouble);
    this.#miss(message.unseen);
    this.#events.onScan(message);
  }

  #blind(blindness: string | null): void {
    if (blindness === this.#blindness) return;
    this.#blindness = blindness;
    this.#events.onChange();
  }

  /**
   * A process that was not told of a device never sees it, and a new one does. Only once for each: what a new process does not see
   * either cannot be read, and starting one after the other would blind the station for all others.
   */
  #miss(unseen: readonly string[]): void {
    for (const key of this.#renewedFor) if (!unseen.includes(key)) this.#renewedFor.delete(key);
    const untold = unseen.filter((key) => !this.#renewedFor.has(key));
    const known = unseen.filter((key) => this.#renewedFor.has(key));
    if (known.join() !== this.#unseen.join()) {
      this.#unseen = known;
      this.#events.onChange();
    }
    if (untold.length === 0) return;
    for (const key of untold) {
      this.#renewedFor.add(key);
      this.#events.onUntold(pathIn(key));
    }
    this.#host.recycle();
  }
}

const RENEWED = 'The station looks at the USB bus anew.';

function pathIn(key: string): string {
  return key.slice(0, key.indexOf('@'));
}
