import type { Job, MachineEvent } from './job.ts';

/** Everything here has many times what it takes on an idle computer. */
const BOOT_LIMIT_SECONDS = 180;
const BETWEEN_LIMIT_SECONDS = 60;

/** What a machine may be busy with, and for how long. */
export interface Limit {
  readonly seconds: number;
  readonly doing: string;
}

export const BOOT_LIMIT: Limit = { seconds: BOOT_LIMIT_SECONDS, doing: 'boot' };

/** What the machine does after an event. It ends a scenario at its limit by itself: here it only has to be alive to do so. */
export function limitAfter(event: MachineEvent, { scenarios }: Pick<Job, 'scenarios'>): Limit {
  switch (event.on) {
    case 'up':
      return { seconds: BETWEEN_LIMIT_SECONDS, doing: 'what follows the boot' };
    case 'started': {
      const limit = scenarios.find(({ name }) => name === event.name)?.limitSeconds ?? 0;
      return { seconds: limit + BETWEEN_LIMIT_SECONDS, doing: event.name };
    }
    case 'ended':
      return { seconds: BETWEEN_LIMIT_SECONDS, doing: `what follows ${event.name}` };
    default:
      return event satisfies never;
  }
}

/** Tells when something takes longer than it may. */
export class Deadline {
  /** What was under way when it passed; null while nothing has taken too long. */
  passedIn: string | null = null;
  readonly #onPassed: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(onPassed: () => void) {
    this.#onPassed = onPassed;
  }

  /** Begins anew. */
  set({ seconds, doing }: Limit): void {
    this.clear();
    this.#timer = setTimeout(() => {
      this.passedIn = doing;
      this.#onPassed();
    }, seconds * 1000);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
