import { accessSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
});

/** Whether this machine has a Chromium. Where everything must run (CI is set), not having it is an error. */
export function browserAvailable(): boolean {
  if (CHROMIUM !== undefined) return true;
  if (process.env.CI) throw new Error('chromium is missing, and CI runs every test: apt-get install chromium');
  process.stderr.write('\nSKIPPED: tests in the browser, because chromium is missing (apt-get install chromium).\n');
  return false;
}

/** Starts a headless Chromium with an empty profile. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** What axe-core has against a page: one line per violation. */
export async function violations(page: Page): Promise<string[]> {
  // The page forbids scripts that are not its own; the debugger may still evaluate.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: inPage } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { target: unknown[] }[] }[] }> };
    };
    const { violations: found } = await inPage.run();
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  });
}
