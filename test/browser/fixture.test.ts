import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserAvailable, startBrowser, violations } from '../support/browser.ts';
import { Line } from '../support/line.ts';

const FILE = `station: line-1
slots:
  - { path: '1-1.[2-1]', label: 'L{n}', group: Left, columns: 1 } # upside down
  - { path: 1-1.3, label: R1, group: Right, row: 2, column: 2 } # spare
`;

describe.skipIf(!browserAvailable())('the dashboard of a station with a fixture', () => {
  let line: Line;
  let browser: Browser;
  let page: Page;
  let config: string;

  beforeAll(async () => {
    line = await Line.open(4, 0);
    config = join(line.folder, 'station.yaml');
    await writeFile(config, FILE);
    const { client } = await line.station('--config', config);
    browser = await startBrowser();
    page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    await page.goto(client.url);
    await page.getByRole('heading', { name: 'Left' }).waitFor();
  });

  afterAll(async () => {
    await browser.close();
    await line.close();
  });

  const tile = (label: string) => page.locator('.tile', { has: page.getByText(label, { exact: true }) });
  const boxOf = async (label: string) => {
    const box = await tile(label).boundingBox();
    if (box === null) throw new Error(`${label} is not on the screen`);
    return box;
  };

  test('mirrors the fixture: slots lie as they stand, groups beside or below each other, with tiles of one size', async () => {
    const [first, second, right] = [await boxOf('L1'), await boxOf('L2'), await boxOf('R1')];
    expect(second.x).toBe(first.x);
    expect(second.y).toBeGreaterThan(first.y + first.height);
    expect(right.x >= first.x + first.width || right.y >= second.y + second.height).toBe(true);
    expect([right.width, right.height]).toEqual([expect.closeTo(first.width, 1), expect.closeTo(first.height, 1)]);
    for (const size of [
      { width: 1280, height: 800 },
      { width: 1920, height: 1080 },
    ])
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme });
        expect(await violations(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollHeight > innerHeight')).toBe(false);
      }
  });

  test('is walked with the arrow keys, from fixture to fixture', async () => {
    await tile('L1').focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate('document.activeElement.querySelector(".tile-label").textContent')).toBe('L2');
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate('document.activeElement.querySelector(".tile-label").textContent')).toBe('R1');
  });

  test('says that a board is on a port that is no slot, and counts it nowhere', async () => {
    await line.plug('1-1.4');
    await page.getByText('on port 1-1.4, which is not a slot of this station').waitFor();
    await page.getByText('Plug a board into any slot').waitFor();
    expect(await page.locator('.tile').count()).toBe(3);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Show the ports' }).click();
    await page.getByRole('rowheader', { name: '1-1.4' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await line.bench.unplug('1-1.4');
    await page.getByRole('rowheader', { name: '1-1.4' }).waitFor({ state: 'detached' });
  });

  test('the page of the station says what each slot shows now', async () => {
    const now = (label: string) => {
      const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: label, exact: true }) });
      return row.getByRole('cell').nth(1);
    };
    await now('R1').getByText('Empty').waitFor();
    await line.plug('1-1.3');
    await now('R1').getByText('Waiting').waitFor();
    expect(await now('L1').textContent()).toBe('Empty');
    expect(await violations(page)).toEqual([]);
  });

  test('finds out which port a slot is by a board that is plugged in, and the station keeps it', async () => {
    await page.getByRole('button', { name: 'Name the slots…' }).click();
    const dialog = page.getByRole('dialog');
    const begin = dialog.getByRole('button', { name: 'Begin' });
    await dialog.getByLabel('Labels').fill(Array.from({ length: 257 }, (_, n) => `A${n}`).join('\n'));
    await dialog
      .getByRole('alert')
      .getByText(/257 slots.*256 at most/)
      .waitFor();
    expect(await begin.isDisabled()).toBe(true);
    expect(await violations(page)).toEqual([]);
    await dialog.getByLabel('Labels').fill('L1\nX9\nR1');
    expect(await violations(page)).toEqual([]);
    await begin.click();
    await dialog.getByText('Plug a board into the slot you call L1').waitFor();
    await dialog.getByText(/plugged in already, on port 1-1\.3\./).waitFor();
    await line.bench.unplug('1-1.3');
    await dialog.getByText(/plugged in already/).waitFor({ state: 'detached' });
    await line.plug('1-1.3');
    await dialog.getByText('you call X9').waitFor();
    await line.plug('1-1.4');
    await dialog.getByText('you call R1').waitFor();
    await dialog.getByRole('button', { name: 'Skip R1' }).click();
    await dialog.getByText('2 of 3 slots have a port.').waitFor();
    await dialog.getByText('R1 is no slot any more: its port 1-1.3 is L1 now.').waitFor();
    await dialog.getByText(/^L2 .*is no slot any more: it was not on the list\./).waitFor();
    await dialog.getByText(/a pattern whose slots are not as it says .*Comments stay/).waitFor();
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('rowheader', { name: 'X9' }).waitFor();
    expect(await page.getByRole('rowheader').allTextContents()).toEqual(['L1', 'X9']);
    expect(await readFile(config, 'utf8')).toBe(`station: line-1
slots:
  - { path: 1-1.3, label: L1, group: Left, row: 1, column: 1 } # upside down
  - { path: 1-1.4, label: X9 }
  # R1: spare
`);
  });
});
