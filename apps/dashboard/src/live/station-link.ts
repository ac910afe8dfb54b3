import type { LiveEvent } from '@flashline/contracts';
import type { Clock } from './clock.ts';
import { createEventReader } from './event-stream.ts';

/** The station sends a heartbeat every 2 s; after this long without a byte nothing on the page can be trusted. */
export const SILENCE_MS_MAX = 5_000;
/** Pause before the next try to connect. */
export const RETRY_MS = 1_500;

/** Whether what the page shows is current. `lastHeardMs` is null when the station was never heard. */
export type Link =
  | { readonly is: 'connecting' }
  | { readonly is: 'online' }
  | { readonly is: 'offline'; readonly lastHeardMs: number | null };

/** What a link needs from its surroundings, and whom it tells. */
export interface LinkPorts {
  /** Opens the event stream as pieces of text; rejects, or ends, when it breaks or the signal aborts. */
  readonly open: (signal: AbortSignal) => Promise<AsyncIterable<string>>;
  readonly clock: Clock;
  readonly onEvent: (event: LiveEvent) => void;
  readonly onLink: (link: Link) => void;
}

/** Follows the station's events for ever, connecting again whenever the stream ends; returns how to stop. */
export function followStation(ports: LinkPorts): () => void {
  const { clock, onLink } = ports;
  let lastHeardMs: number | null = null;
  let stopped = false;
  let wake = (): void => {};
  let current = new AbortController();

  const lost = (): void => onLink({ is: 'offline', lastHeardMs });
  const heard = (): void => {
    lastHeardMs = clock.nowMs();
  };
  const rest = (): Promise<void> =>
    new Promise((done) => {
      wake = done;
      clock.after(RETRY_MS, done);
    });

  const follow = async (): Promise<void> => {
    while (!stopped) {
      current = new AbortController();
      await readUntilItEnds(ports, current, heard, lost);
      if (stopped) return;
      lost();
      await rest();
    }
  };

  onLink({ is: 'connecting' });
  void follow();
  return () => {
    stopped = true;
    current.abort();
    wake();
  };
}

/** One connection. Never rejects: however it ends, the answer is to connect again. */
async function readUntilItEnds(
  { open, clock, onEvent, onLink }: LinkPorts,
  connection: AbortController,
  heard: () => void,
  lost: () => void,
): Promise<void> {
  const giveUp = (): void => {
    // Said before the abort: a read that ignores its signal must not keep an old picture on the screen.
    lost();
    connection.abort();
  };
  let disarm = clock.after(SILENCE_MS_MAX, giveUp);
  try {
    const readEvents = createEventReader();
    for await (const piece of await open(connection.signal)) {
      if (connection.signal.aborted) return;
      disarm();
      disarm = clock.after(SILENCE_MS_MAX, giveUp);
      heard();
      for (const data of readEvents(piece)) {
        const event = JSON.parse(data) as LiveEvent;
        onEvent(event);
        if (event.on === 'snapshot') onLink({ is: 'online' });
      }
    }
  } catch {
    // A refused connection, a broken stream and a garbled event all mean the same to the person at the station.
  } finally {
    disarm();
  }
}
