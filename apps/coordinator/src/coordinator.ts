import { randomUUID } from 'node:crypto';
import { momentOf } from '@flashline/contracts';
import type { Queue } from '@flashline/queue';
import type { Ledger } from '@flashline/store';
import type { Logger } from 'pino';
import { apiRoutes } from './http/api.ts';
import { createApp } from './http/app.ts';
import { EventStreams } from './http/event-streams.ts';
import { listen } from './http/listening.ts';
import { ImageShelf } from './image-shelf.ts';
import { Line } from './line/line.ts';
import { LiveFeed } from './live/feed.ts';
import { healthOf } from './live/health.ts';
import { Metrics } from './live/metrics.ts';
import { type OpenApi, openApiDocument } from './openapi/document.ts';
import { guardedTime, SYSTEM_TIME, type Time } from './time.ts';

/** Recorded attempts a screen gets when it connects. */
const RECENT_ATTEMPTS = 50;

/** What a coordinator is started with. */
export interface CoordinatorOptions {
  /** The data folder; images are kept in its folder `images`. */
  readonly folder: string;
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly log: Logger;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Names by which browsers may call this computer, besides localhost and `host`. */
  readonly allowedHosts?: readonly string[];
  /** What orders are for when they do not say: true for virtual boards. */
  readonly simulated: boolean;
  readonly version: string;
  /** The folder with the built dashboard; null when there is none. */
  readonly dashboard: string | null;
  readonly time?: Time;
  readonly newId?: () => string;
}

/** A running coordinator. */
export interface Coordinator {
  /** The address of dashboard and API on this computer. */
  readonly url: string;
  readonly openapi: OpenApi;
  /** The file of an image, its SHA-256 checked. Rejects with IMAGE_UNAVAILABLE. */
  fetchImage(sha256: string): Promise<Uint8Array>;
  /** Where the file of an image is, for a worker on the same computer that checks it itself. */
  imagePath(sha256: string): string;
  /** Ends streams, timers and the server. Ledger and queue belong to who opened them. */
  close(): Promise<void>;
}

/** Starts dispatch, API and dashboard. Rejects with PORT_TAKEN, ADDRESS_UNAVAILABLE, DATA_NOT_WRITABLE or QUEUE_UNREACHABLE. */
export async function startCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const { log, newId = randomUUID } = options;
  const time = guardedTime(options.time ?? SYSTEM_TIME, (err) => log.error({ err }, 'a timer failed'));
  const openapi = openApiDocument(options.version);
  const { line, feed, metrics, health } = openLine(options, time, newId);
  const shelf = new ImageShelf({ ...options, guard: line.guard, time, newId });
  const streams = new EventStreams(feed, time);
  const { ledger, host, port, allowedHosts = [], dashboard } = options;
  const api = apiRoutes({ line, ledger, shelf, streams, metrics, openapi, health, floor: line.floor });
  const app = createApp({ api, allowedHosts: [host, ...allowedHosts], dashboard, log, newId });

  await shelf.open();
  const listening = await listen(app, { host, port }, time);
  const close = async (stopLine: () => Promise<void>) => {
    streams.close();
    await Promise.all([listening.close(), stopLine()]);
    feed.close();
  };
  const stopLine = await line.start().catch(async (thrown: unknown) => {
    await close(async () => {});
    throw thrown;
  });
  return {
    url: listening.url,
    openapi,
    fetchImage: (sha256) => shelf.fetch(sha256),
    imagePath: (sha256) => shelf.path(sha256),
    close: () => close(stopLine),
  };
}

/** The line and those who watch it. */
function openLine(options: CoordinatorOptions, time: Time, newId: () => string) {
  const { ledger, queue, version } = options;
  const startedAt = momentOf(time.epochMs());
  const metrics = new Metrics(() => line.floor.slots());
  const health = () =>
    healthOf({
      version,
      startedAt,
      recordTrouble: line.guard.trouble,
      queueTrouble: queue.trouble(),
      stations: line.floor.stations(),
    });
  const feed: LiveFeed = new LiveFeed(time, () => ({
    stations: () => line.floor.setups(),
    slots: () => line.floor.slots(),
    slot: (station, slot) => line.floor.slot(station, slot),
    health,
    order: () => ledger.activeOrder(),
    attempts: () => ledger.attempts({ limit: RECENT_ATTEMPTS }).attempts.filter(({ result }) => result !== null),
  }));
  const line: Line = new Line({
    ...options,
    time,
    newId,
    audience: {
      slotChanged: (station, slot) => feed.slotChanged(station, slot),
      changed: () => feed.changed(),
      recorded: (attempt) => {
        metrics.recorded(attempt);
        feed.recorded(attempt);
      },
    },
  });
  return { line, feed, metrics, health };
}
