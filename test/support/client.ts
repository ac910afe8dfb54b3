import {
  type Attempt,
  AttemptPage,
  Health,
  Image,
  LiveEvent,
  type NewRuns,
  type NewWorkOrder,
  type OrderAction,
  Slot,
  StartedRuns,
  WorkOrder,
} from '@flashline/contracts';
import { EventSourceParserStream } from 'eventsource-parser/stream';

/** The API of a station, as tests use it: every answer is parsed with the shapes that the product promises. */
export class Client {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async upload(name: string, file: Uint8Array): Promise<Image> {
    const init = { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: Buffer.from(file) };
    return Image.parse(await this.json(`images?name=${name}`, init));
  }

  async order(order: NewWorkOrder): Promise<WorkOrder> {
    return WorkOrder.parse(await this.post('work-orders', order));
  }

  async move(id: string, action: OrderAction): Promise<WorkOrder> {
    return WorkOrder.parse(await this.post(`work-orders/${id}/actions/${action}`));
  }

  async readOrder(id: string): Promise<WorkOrder> {
    return WorkOrder.parse(await this.json(`work-orders/${id}`));
  }

  async runs(runs: NewRuns): Promise<StartedRuns> {
    return StartedRuns.parse(await this.post('runs', runs));
  }

  async slots(): Promise<Slot[]> {
    const body = await this.json('slots');
    return Slot.array().parse(Array.isArray(body) ? body : (body as { slots: unknown }).slots);
  }

  async attempts(query = 'limit=500'): Promise<Attempt[]> {
    return AttemptPage.parse(await this.json(`attempts?${query}`)).attempts;
  }

  async health(): Promise<Health> {
    return Health.parse(await this.json('health'));
  }

  post(path: string, body?: unknown): Promise<unknown> {
    const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    return this.json(path, { method: 'POST', ...(body === undefined ? {} : json) });
  }

  async json(path: string, init: RequestInit = {}): Promise<unknown> {
    const response = await fetch(new URL(`api/v1/${path}`, this.url), init);
    const body = await response.json();
    if (!response.ok) throw Object.assign(new Error(JSON.stringify(body)), { status: response.status, problem: body });
    return body;
  }

  /** Follows the live events; resolves once the snapshot is there, so that nothing after it is missed. */
  async follow(): Promise<EventStream> {
    const hangUp = new AbortController();
    const response = await fetch(new URL('api/v1/events', this.url), { signal: hangUp.signal });
    if (response.body === null) throw new Error('no event stream');
    const messages = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    const stream = new EventStream(messages, hangUp);
    await stream.until(({ on }) => on === 'snapshot');
    return stream;
  }

  /** Resolves with the first event, from the snapshot on, of which `isSeen` is true. */
  async until(isSeen: (event: LiveEvent) => boolean): Promise<LiveEvent> {
    await using stream = await this.follow();
    return await stream.until(isSeen);
  }

  /** Resolves once a slot's state satisfies `isSo`. */
  async slotUntil(path: string, isSo: (slot: Slot) => boolean): Promise<Slot> {
    await using stream = await this.follow();
    return await stream.slotUntil(path, isSo);
  }
}

/** Live events, kept from the snapshot on, so that a test may look for them after they came. */
export class EventStream {
  readonly #events: LiveEvent[] = [];
  readonly #looks = new Set<() => void>();
  readonly #hangUp: AbortController;
  #ended: Error | null = null;

  constructor(messages: AsyncIterable<{ data: string }>, hangUp: AbortController) {
    this.#hangUp = hangUp;
    void this.#read(messages);
  }

  /** Resolves with the first event, past or to come, of which `isSeen` is true. */
  until(isSeen: (event: LiveEvent) => boolean): Promise<LiveEvent> {
    return new Promise((resolve, reject) => {
      let at = 0;
      const look = () => {
        while (at < this.#events.length) {
          const event = this.#events[at++];
          if (event !== undefined && isSeen(event)) return settle(() => resolve(event));
        }
        const ended = this.#ended;
        if (ended !== null) settle(() => reject(ended));
      };
      const settle = (how: () => void) => {
        this.#looks.delete(look);
        how();
      };
      this.#looks.add(look);
      look();
    });
  }

  async slotUntil(path: string, isSo: (slot: Slot) => boolean): Promise<Slot> {
    let seen: Slot | undefined;
    await this.until((event) => {
      const slots = event.on === 'snapshot' ? event.slots : event.on === 'slot' ? [event.slot] : [];
      seen = slots.find((slot) => slot.slot === path && isSo(slot));
      return seen !== undefined;
    });
    return seen as Slot;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hangUp.abort();
  }

  async #read(messages: AsyncIterable<{ data: string }>): Promise<void> {
    try {
      for await (const { data } of messages) {
        this.#events.push(LiveEvent.parse(JSON.parse(data)));
        this.#wake();
      }
      this.#ended = new Error('the event stream ended');
    } catch (thrown) {
      this.#ended = thrown instanceof Error ? thrown : new Error(String(thrown));
    }
    this.#wake();
  }

  #wake(): void {
    for (const look of [...this.#looks]) look();
  }
}
