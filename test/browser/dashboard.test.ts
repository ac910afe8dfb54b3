import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserAvailable, startBrowser, violations } from '../support/browser.ts';
import type { Client } from '../support/client.ts';
import { BLINKY, Line } from '../support/line.ts';
import type { Running } from '../support/processes.ts';

const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];

describe.skipIf(!browserAvailable())('the dashboard of a station', () => {
  let line: Line;
  let station: { running: Running; client: Client };
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    line = await Line.open(4, 0.2);
    station = await line.station();
    browser = await startBrowser();
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(station.client.url)) errors.push(`asked elsewhere: ${request.url()}`);
    });
    await page.goto(station.client.url);
  });
  afterAll(async () => {
    await browser.close();
    await line.close();
  });

  test('says that the boards are simulated, and what to do when there is no order', async () => {
    await page.getByText('SIMULATED').first().waitFor();
    await page.getByRole('button', { name: 'New order' }).first().waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test('takes an order with an uploaded image', async () => {
    await page.getByRole('button', { name: 'New order' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('input[type=file]').setInputFiles(BLINKY);
    await dialog.getByLabel(/product/i).fill('Blinky');
    await dialog.getByLabel(/quantity/i).fill('3');
    expect(await violations(page)).toEqual([]);
    await dialog
      .getByRole('button', { name: /start|create/i })
      .last()
      .click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('Blinky').first().waitFor();
  });

  test('shows a board that passed, one that failed and what to do about it', async () => {
    const [good = '', bad = ''] = line.paths;
    await line.plug(good);
    await line.plug(bad, { misbehaviours: [{ kind: 'read-protected' }] });
    await page.getByText('Pass', { exact: true }).first().waitFor();
    await page.getByText('Fail', { exact: true }).first().waitFor();
    await page
      .getByText(/put it aside/i)
      .first()
      .waitFor();
    for (const size of SIZES) {
      await page.setViewportSize(size);
      expect(await violations(page)).toEqual([]);
      const scrolls = await page.evaluate('document.documentElement.scrollHeight > innerHeight');
      expect(scrolls, `the bench scrolls at ${size.width}`).toBe(false);
    }
  });

  test('keeps a log that can be searched, filtered and read in full', async () => {
    await page.getByRole('link', { name: 'Log' }).click();
    await page.getByRole('cell', { name: 'BOARD_READ_PROTECTED' }).first().waitFor();
    expect(await page.getByRole('row').count()).toBe(3);
    expect(await violations(page)).toEqual([]);
    const [passed] = await station.client.attempts('outcome=pass');
    await page.goto(`${station.client.url}/log/${passed?.attemptId}`);
    await page
      .getByText(passed?.intended.sha256 ?? '')
      .first()
      .waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test('fits a phone: no page is wider than the screen', async () => {
    const record = page.url();
    await page.setViewportSize({ width: 390, height: 844 });
    for (const url of [record, station.client.url, `${station.client.url}/station`, `${station.client.url}/log`]) {
      await page.goto(url);
      await page.getByRole('main').waitFor();
      expect(await violations(page), url).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth'), url).toBe(390);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('says at once that the station is not reachable, shows nothing green then, and recovers', async () => {
    await page.goto(station.client.url);
    await page.getByText('Pass', { exact: true }).first().waitFor();
    await station.running.kill();
    await page
      .getByText(/offline/i)
      .first()
      .waitFor({ timeout: 5000 });
    expect(await page.getByText('Pass', { exact: true }).count()).toBe(0);
    await station.running.ended;
    station = await line.station('--port', new URL(station.client.url).port);
    await page.getByText('Pass', { exact: true }).first().waitFor();
  });

  test('asked nothing of anybody else and met no error but the station that was killed', () => {
    expect(errors.filter((text) => !/net::ERR|Failed to fetch|network error/i.test(text))).toEqual([]);
  });
});
