import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Image, LiveEvent, type NewWorkOrder, type OrderAction, Problem, WorkOrder } from '@flashline/contracts';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { ZodType } from 'zod';

/** A station as an MES uses it: over HTTP, with nothing but what the API offers. */
export class StationClient {
  readonly #base: URL;

  constructor(url: string) {
    this.#base = new URL('api/v1/', url);
  }

  async uploadImage(file: string): Promise<Image> {
    const path = `images?name=${encodeURIComponent(basename(file))}`;
    const headers = { 'content-type': 'application/octet-stream' };
    return this.#ask(Image, path, { method: 'POST', headers, body: await readFile(file) });
  }

  createOrder(order: NewWorkOrder): Promise<WorkOrder> {
    const headers = { 'content-type': 'application/json' };
    return this.#ask(WorkOrder, 'work-orders', { method: 'POST', headers, body: JSON.stringify(order) });
  }

  readOrder(id: string): Promise<WorkOrder> {
    return this.#ask(WorkOrder, `work-orders/${id}`);
  }

  moveOrder(id: string, action: OrderAction): Promise<WorkOrder> {
    return this.#ask(WorkOrder, `work-orders/${id}/actions/${action}`, { method: 'POST' });
  }

  /** The live events, from a snapshot on. Ends when the station does or the signal is aborted. */
  async *events(signal: AbortSignal): AsyncGenerator<LiveEvent> {
    const response = await fetch(new URL('events', this.#base), { signal });
    if (!response.ok || response.body === null) throw new Error(`the station answered ${response.status}`);
    const messages = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    for await (const { data } of messages) yield LiveEvent.parse(JSON.parse(data));
  }

  async #ask<T>(shape: ZodType<T>, path: string, init: RequestInit = {}): Promise<T> {
    const response = await fetch(new URL(path, this.#base), init);
    const body: unknown = await response.json();
    if (response.ok) return shape.parse(body);
    const problem = Problem.safeParse(body);
    throw new Error(
      problem.success
        ? `${problem.data.code}: ${problem.data.detail ?? problem.data.title}`
        : `HTTP ${response.status}`,
    );
  }
}
