import type { LiveEvent } from '@flashline/contracts';
import { browserClock } from './clock.ts';
import { followStation, type Link } from './station-link.ts';

/** Follows the station this page came from; returns how to stop. */
export function followThisStation(onEvent: (event: LiveEvent) => void, onLink: (link: Link) => void): () => void {
  return followStation({ open: openEvents, clock: browserClock, onEvent, onLink });
}

async function openEvents(signal: AbortSignal): Promise<AsyncIterable<string>> {
  const response = await fetch('/api/v1/events', { signal, cache: 'no-store' });
  if (!response.ok || response.body === null) throw new Error(`the event stream answered ${response.status}`);
  return piecesOf(response.body);
}

/** Safari cannot iterate over a stream itself yet. */
async function* piecesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncIterable<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel();
  }
}
