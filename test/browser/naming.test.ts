import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { LiveEvent, Slot } from '@flashline/contracts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserAvailable, startBrowser, violations } from '../support/browser.ts';
import { Line } from '../support/line.ts';

type Snapshot = Extract<LiveEvent, { on: 'snapshot' }>;

/** The events of a station as the test tells them: a page that follows gets what is shown now, then what is shown next. */
class ToldEvents {
  readonly #server: Server;
  readonly #pages = new Set<ServerResponse>();
  #shown: Snapshot;

  private constructor(server: Server, shown: Snapshot) {
    this.#server = server;
    this.#shown = shown;
    server.on('request', (_request, response) => {
      this.#pages.add(response);
      response.on('close', () => this.#pages.delete(response));
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(frame(this.#shown));
    });
  }

  static async open(shown: Snapshot): Promise<ToldEvents> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new ToldEvents(server, shown);
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
  }

  show(shown: Snapshot): void {
    this.#shown = shown;
    for (const page of this.#pages) page.write(frame(shown));
  }

  /** Ends what every page follows; each connects again and gets this. */
  breakThenShow(shown: Snapshot): void {
    this.#shown = shown;
    for (const page of this.#pages) page.end();
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe.skipIf(!browserAvailable())('a page that loses contact while slots are named', () => {
  let line: Line;
  let browser: Browser;
  let page: Page;
  let events: ToldEvents | null = null;

  beforeAll(async () => {
    line = await Line.open(2);
    browser = await startBrowser();
    page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  });

  afterAll(async () => {
    await browser.close();
    events?.close();
    await line.close();
  });

  test('takes no board for plugged in that was there before, and the one that came meanwhile it does', async () => {
    const config = join(line.folder, 'station.yaml');
    await writeFile(config, "station: line-1\nslots:\n  - { path: '1-1.[1-2]', label: 'L{n}' }\n");
    const { client } = await line.station('--config', config);
    const [first = '', second = ''] = line.paths;
    await line.plug(first);
    await client.slotUntil(first, ({ state }) => state.is === 'waiting');
    const known = await snapshotOf(client.url);
    const told = await ToldEvents.open(known);
    events = told;
    await page.route('**/api/v1/events', (route) => route.continue({ url: told.url }));
    await page.goto(new URL('station', client.url).href);
    await page.getByRole('button', { name: 'Name the slots…' }).click();
    const dialog = page.getByRole('dialog');
    const unseen = dialog.getByText('The station does not see its ports now');
    await dialog.getByLabel('Labels').fill('A1\nA2');
    await dialog.getByRole('button', { name: 'Begin' }).click();
    await dialog.getByText(`plugged in already, on port ${first}.`).waitFor();
    told.show(silent(known));
    await unseen.waitFor();
    expect(await violations(page)).toEqual([]);
    told.show(known);
    await unseen.waitFor({ state: 'detached' });
    told.show(silent(known));
    await unseen.waitFor();
    told.breakThenShow({
      ...known,
      slots: known.slots.map((slot) => (slot.slot === second ? seated(slot, known) : slot)),
    });
    await dialog.getByText('you call A2').waitFor();
    expect(await dialog.getByRole('listitem').allTextContents()).toEqual([`A1 ${second}`]);
  });
});

function frame(event: LiveEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

/** What the station tells a page first. */
async function snapshotOf(url: string): Promise<Snapshot> {
  const hangUp = new AbortController();
  const { body } = await fetch(new URL('api/v1/events', url), { signal: hangUp.signal });
  let text = '';
  for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    if (text.includes('\n\n')) break;
  }
  hangUp.abort();
  return JSON.parse(text.slice(text.indexOf('{'), text.indexOf('\n\n')));
}

/** The same, after the station has said nothing for too long. */
function silent({ stations, slots, ...others }: Snapshot): Snapshot {
  return {
    ...others,
    stations: stations.map((station) => ({ ...station, online: false })),
    slots: slots.map((slot) => ({ ...slot, state: { is: 'offline' } })),
  };
}

/** A slot with a board that has just come, of the kind that sits in another one. */
function seated(slot: Slot, { slots }: Snapshot): Slot {
  const state = slots.map((other) => other.state).find(({ is }) => is === 'waiting');
  if (state?.is !== 'waiting') throw new Error('no board waits');
  return { ...slot, state: { ...state, seatingId: randomUUID() } };
}
