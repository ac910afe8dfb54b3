import { asFault, type BenchNaming, type BenchSlot, Fault, type SlotName } from '@flashline/contracts';
import type { Bench } from './bench.ts';

/** Keeps the names of the slots where they outlast the worker. Rejects with a Fault; then nothing was kept. */
export type KeepNames = (slots: readonly SlotName[]) => Promise<void>;

export interface SlotNamingOptions {
  /** The names to begin with; null when every port counts. */
  readonly slots: readonly SlotName[] | null;
  /** Null when there is no station file to keep them in. */
  readonly keep: KeepNames | null;
  readonly bench: Pick<Bench, 'name' | 'report'>;
  /** Called when `report` has something new to say. */
  readonly onChange: () => void;
}

/** Each port that was ever a slot keeps its queue and its share of a host until the worker ends. */
const PORTS_EVER_MAX = 1024;
/** A queue may deliver a request again long after others were answered: the answers of so many are remembered. */
const ANSWERS_MAX = 16;

type Answer = NonNullable<BenchNaming['answered']>;

/** What the slots of a bench are called, and how that is changed while it runs. */
export class SlotNaming {
  readonly #options: SlotNamingOptions;
  readonly #everNamed: Set<string>;
  #slots: readonly SlotName[] | null;
  /** By request, the oldest first. */
  readonly #answers = new Map<string, Answer>();
  /** What the report tells: it has room for one answer. */
  #answered: Answer | null = null;
  /** Resolved when nothing is in work. */
  #inWork: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: SlotNamingOptions) {
    this.#options = options;
    this.#slots = options.slots;
    this.#everNamed = new Set(options.slots?.map(({ path }) => path));
  }

  report(): BenchNaming {
    const slots = this.#slots === null ? null : [...this.#slots];
    return { slots, keepsNames: this.#options.keep !== null, answered: this.#answered };
  }

  /**
   * Carries out a request, once: requests are repeated until the report answers them, and a late repetition is answered as
   * before. Never rejects; while one is in work others wait for their repetition.
   */
  async take(requestId: string, slots: readonly SlotName[]): Promise<void> {
    if (this.#inWork !== null || this.#isStopped) return;
    this.#inWork = this.#settle(requestId, slots);
    await this.#inWork;
    this.#inWork = null;
  }

  /** Takes no more requests, and resolves when none is in work: slots that it opens are open by then. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#inWork;
  }

  async #settle(requestId: string, slots: readonly SlotName[]): Promise<void> {
    this.#answer(this.#answers.get(requestId) ?? (await this.#carryOut(requestId, slots)));
  }

  async #carryOut(requestId: string, slots: readonly SlotName[]): Promise<Answer> {
    try {
      await this.#rename(slots);
      return { requestId, fault: null, reason: null };
    } catch (thrown) {
      const { code, details } = asFault(thrown, 'CONFIG_INVALID');
      return { requestId, fault: code, reason: String(details.reason ?? '').slice(0, 500) || null };
    }
  }

  async #rename(slots: readonly SlotName[]): Promise<void> {
    const { keep, bench } = this.#options;
    if (keep === null) throw new Fault('CONFIG_INVALID', { reason: 'the station was started without a station file' });
    this.#requireIdle(slots);
    const everNamed = this.#everNamed.union(new Set(slots.map(({ path }) => path)));
    if (everNamed.size > PORTS_EVER_MAX)
      throw new Fault('CONFIG_INVALID', { reason: 'too many ports have been slots; restart the station' });
    await keep(slots);
    for (const path of everNamed) this.#everNamed.add(path);
    this.#slots = slots;
    // An attempt that began on a slot which goes, while the file was written, runs to its end and is recorded like any other.
    bench.name(slots);
  }

  /** A slot with a board in work cannot go: nobody would see how it ends. */
  #requireIdle(slots: readonly SlotName[]): void {
    const staying = new Set(slots.map(({ path }) => path));
    const isGoing = ({ slot, state }: BenchSlot) => state.is === 'running' && !staying.has(slot);
    const busy = this.#options.bench.report().find(isGoing);
    if (busy !== undefined) throw new Fault('SLOT_BUSY', { reason: `${busy.label} works on a board` });
  }

  #answer(answer: Answer): void {
    if (answer === this.#answered) return;
    this.#answers.set(answer.requestId, answer);
    const [oldest] = this.#answers.keys();
    if (oldest !== undefined && this.#answers.size > ANSWERS_MAX) this.#answers.delete(oldest);
    this.#answered = answer;
    this.#options.onChange();
  }
}
