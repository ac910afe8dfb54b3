import { LiveEvent } from '@flashline/contracts';

/** Reads server-sent events as they come; comments are kept as they are. */
export class EventReader {
  readonly #lines: AsyncIterator<string>;
  readonly #abort: AbortController;
  /** Held, because fetch ends the stream of a response that nobody holds. */
  readonly response: Response;

  private constructor(response: Response, abort: AbortController) {
    if (response.body === null) throw new Error('a stream');
    this.response = response;
    this.#lines = linesOf(response.body);
    this.#abort = abort;
  }

  static async open(url: string): Promise<EventReader> {
    const abort = new AbortController();
    return new EventReader(await fetch(`${url}/api/v1/events`, { signal: abort.signal }), abort);
  }

  /** The next line that is not empty; null when the stream has ended. */
  async line(): Promise<string | null> {
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done) return null;
      if (value !== '') return value;
    }
  }

  /** The next event of this kind, checked against the contract. */
  async next<On extends LiveEvent['on']>(on: On): Promise<Extract<LiveEvent, { on: On }>> {
    for (;;) {
      const line = await this.line();
      if (line === null) throw new Error(`the stream ended before ${on}`);
      if (!line.startsWith('data: ')) continue;
      const event = LiveEvent.parse(JSON.parse(line.slice('data: '.length)));
      if (event.on === on) return event as Extract<LiveEvent, { on: On }>;
    }
  }

  close(): void {
    this.#abort.abort();
  }
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
