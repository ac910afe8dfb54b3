import type { Agenda } from './agenda.ts';
import type { PortLook } from './true-port.ts';

/** Looks of which the slot has not heard. It hears of each when its time has come, and never before an older one. */
export class UnheardLooks {
  readonly #agenda: Agenda<unknown>;
  readonly #hear: (look: PortLook) => void;
  #looks: PortLook[] = [];
  #heardMs = 0;

  constructor(agenda: Agenda<unknown>, hear: (look: PortLook) => void) {
    this.#agenda = agenda;
    this.#hear = hear;
  }

  add(look: PortLook, lagMs: number): void {
    const { nowMs } = this.#agenda;
    this.#looks.push(look);
    this.#heardMs = Math.max(this.#heardMs, nowMs + lagMs);
    if (this.#heardMs === nowMs) for (const one of this.#looks.splice(0)) this.#hear(one);
    else this.#agenda.after(this.#heardMs - nowMs, null, () => this.#looks.splice(0, 1).forEach(this.#hear));
  }

  forget(): void {
    this.#looks = [];
  }
}
