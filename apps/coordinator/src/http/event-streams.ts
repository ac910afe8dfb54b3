import type { RequestHandler, Response } from 'express';
import type { LiveFeed } from '../live/feed.ts';
import type { Time } from '../time.ts';
import { problemOf, sendProblem } from './problems.ts';

/** Screens that may follow at once. */
export const STREAMS_MAX = 200;

/** Bytes that may wait for one client. A snapshot of 256 slots is well below; who falls behind gets a new one. */
const WAITING_BYTES_MAX = 1024 * 1024;

const HEARTBEAT_MS = 2_000;

/** Live events as server-sent events (WHATWG HTML 9.2): one `data` line with a LiveEvent, and comments as heartbeat. */
export class EventStreams {
  readonly #feed: LiveFeed;
  readonly #time: Time;
  readonly #open = new Set<Response>();

  constructor(feed: LiveFeed, time: Time) {
    this.#feed = feed;
    this.#time = time;
  }

  /** Answers with a stream that ends when the client goes, falls behind, or the station stops. */
  readonly serve: RequestHandler = (_request, response) => {
    if (this.#open.size >= STREAMS_MAX) {
      response.set('Retry-After', '10');
      return sendProblem(response, problemOf('SERVER_BUSY'));
    }
    response.status(200).set({ 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
    const send = (text: string) => {
      if (response.writableLength > WAITING_BYTES_MAX) response.destroy();
      else if (!response.destroyed) response.write(text);
    };
    const unfollow = this.#feed.follow((json) => send(`data: ${json}\n\n`));
    const stopHeartbeat = this.#time.every(HEARTBEAT_MS, () => send(': heartbeat\n\n'));
    this.#open.add(response);
    response.on('close', () => {
      unfollow();
      stopHeartbeat();
      this.#open.delete(response);
    });
  };

  close(): void {
    for (const response of this.#open) response.end();
  }
}
