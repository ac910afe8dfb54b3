import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserAvailable, startBrowser, violations } from '../support/browser.ts';
import { done, Line, startOrder } from '../support/line.ts';

const FAKE = fileURLToPath(new URL('../../apps/dashboard/dev/fake-station.ts', import.meta.url));

/** The serial number that the firmware of every virtual F405 reports. */
const UNIT = '0x8000000';

const tile = (page: Page, label: string) => page.locator('.tile', { has: page.getByText(label, { exact: true }) });

/** Resolves with the address of a station that stands still: sixteen slots with everything that a slot can be. */
async function startFake(): Promise<{ fake: ChildProcess; url: string }> {
  const fake = spawn(process.execPath, [FAKE, '--port', '0', '--slots', '16', '--still'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = await once(createInterface({ input: fake.stdout }), 'line');
  return { fake, url };
}

describe.skipIf(!browserAvailable())('a board that may be the one from before', () => {
  let browser: Browser;
  let page: Page;
  let fake: ChildProcess;
  let url: string;

  beforeAll(async () => {
    ({ fake, url } = await startFake());
    browser = await startBrowser();
    page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    await page.goto(url);
  });

  afterAll(async () => {
    await browser.close();
    fake.kill();
  });

  test('is shown as neither passed nor waiting, counts among those that need a hand, and says what to do', async () => {
    await tile(page, 'D3')
      .getByText(/Pull it and plug the next one in, or flash it by hand/)
      .waitFor();
    expect(await tile(page, 'D3').getAttribute('data-tone')).toBe('doubt');
    expect(await page.locator('.legend li[data-tone="doubt"]').textContent()).toBe('1 in doubt');
    expect(await page.locator('.headline-text').textContent()).toMatch(/1 board in doubt/);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(page)).toEqual([]);
    }
  });

  test('is flashed by hand from its slot', async () => {
    const asked = page.waitForRequest('**/api/v1/runs');
    await page.route('**/api/v1/runs', (route) =>
      route.fulfill({ json: { runs: [{ attemptId: null, fault: null }] } }),
    );
    await tile(page, 'D3').click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Flash it' }).click();
    expect((await asked).postDataJSON()).toEqual({ slots: [{ station: 'ST07', slot: '1-2.7' }] });
  });

  test('leads to the record of the attempt whose board it may be', async () => {
    const record = page.getByRole('dialog').locator('a[href^="/log/"]');
    const href = await record.getAttribute('href');
    await record.click();
    await page.waitForURL(`**${href}`);
    await page.getByRole('heading', { name: 'Proof' }).waitFor();
  });
});

describe.skipIf(!browserAvailable())('a board that runs its firmware, for an order that does not ask', () => {
  let browser: Browser;
  let page: Page;
  let line: Line;

  beforeAll(async () => {
    line = await Line.open(2);
    browser = await startBrowser();
    page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  });

  afterAll(async () => {
    await browser.close();
    await line.close();
  });

  test('needs a hand while the order is active, waits while it is not, and is flashed once BOOT0 is held', async () => {
    const { client } = await line.station();
    const { id } = await startOrder(client, 2);
    const [path = ''] = line.paths;
    await line.plug(path, { mode: 'application' });
    await page.goto(client.url);
    await page.locator('.tile[data-tone="boot0"]').getByText('Hold BOOT0', { exact: true }).waitFor();
    await page.locator('.headline').getByText('1 board needs BOOT0').waitFor();
    expect(await violations(page)).toEqual([]);
    await client.move(id, 'pause');
    await page.locator('.tile[data-tone="waiting"]').getByText('Firmware runs').waitFor();
    await page.locator('.headline').getByText('1 board waiting').waitFor();
    await client.move(id, 'start');
    await page.locator('.headline').getByText('1 board needs BOOT0').waitFor();
    await line.bench.unplug(path);
    await line.plug(path, { mode: 'dfu' });
    await page.locator('.headline').getByText('1 board passed').waitFor();
  });
});

describe.skipIf(!browserAvailable())('an order that looks for the serial numbers of its units', () => {
  let browser: Browser;
  let page: Page;
  let line: Line;

  beforeAll(async () => {
    line = await Line.open(2);
    browser = await startBrowser();
    page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  });

  afterAll(async () => {
    await browser.close();
    await line.close();
  });

  test('says of every board that its label is to be scanned, and flashes it as that unit once it was', async () => {
    const { client } = await line.station();
    await startOrder(client, 2, { application: { serial: 'unit' } });
    const [path = ''] = line.paths;
    await line.plug(path);
    await page.goto(client.url);
    const waiting = page.locator('.tile[data-tone="unit"]');
    await waiting.getByText('Scan label', { exact: true }).waitFor();
    await waiting.getByText(/Scan its label in this slot, or start it over the API/).waitFor();
    await page.locator('.headline').getByText('1 label to scan').waitFor();
    await page.getByText(/no board starts by itself/).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(page)).toEqual([]);
    }
    await waiting.click();
    await page
      .getByRole('dialog')
      .getByText(/until somebody says which unit it is/)
      .waitFor();
    expect(await violations(page)).toEqual([]);
    // A scanner is a keyboard that nobody looks at: what it types after a refusal takes the place of what was refused.
    const refusal = { runs: [{ attemptId: null, fault: 'SLOT_BUSY' }] };
    await page.route('**/api/v1/runs', (route) => route.fulfill({ json: refusal }), { times: 2 });
    await page.keyboard.type('too early');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText(': too early').waitFor();
    await page.keyboard.type('too early again');
    await page.getByRole('dialog').getByRole('button', { name: 'Run now' }).click();
    await page.getByRole('alert').getByText(': too early again').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('SLOT_BUSY');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.type(UNIT);
    await page.keyboard.press('Enter');
    await done(client, path);
    expect(await client.attempts()).toMatchObject([{ unit: UNIT, result: { outcome: 'pass' } }]);
  });
});
