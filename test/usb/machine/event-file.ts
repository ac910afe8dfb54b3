import { existsSync, readFileSync } from 'node:fs';
import type { MachineEvent } from './job.ts';

/** Reads each event of a growing file once. */
export class EventFile {
  readonly #path: string;
  readonly #onEvent: (event: MachineEvent) => void;
  #taken = 0;

  constructor(path: string, onEvent: (event: MachineEvent) => void) {
    this.#path = path;
    this.#onEvent = onEvent;
  }

  /** Takes in what was added since; a line that is not whole yet waits. */
  read(): void {
    if (!existsSync(this.#path)) return;
    const whole = readFileSync(this.#path, 'utf8').split('\n').slice(0, -1);
    const fresh = whole.slice(this.#taken);
    this.#taken = whole.length;
    for (const line of fresh) this.#onEvent(JSON.parse(line) as MachineEvent);
  }
}
