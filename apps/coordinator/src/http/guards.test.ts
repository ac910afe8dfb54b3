import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { openRig, type Rig } from '../rig/rig.ts';

let rig: Rig;
afterEach(() => rig.close());

/** `fetch` does not let anyone choose Host, Origin or Sec-Fetch-Site. */
function statusOf(method: string, path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, rig.coordinator.url), { method, headers }, (response) => {
      resolve(response.statusCode);
      response.destroy();
    });
    sent.on('error', reject);
    sent.end();
  });
}

test('only requests for our own names are answered', async () => {
  rig = await openRig({ allowedHosts: ['Line7.plant.example'] });
  const status = (host: string) => statusOf('GET', '/api/v1/health', { host });
  for (const host of ['localhost', 'LOCALHOST:8470', '127.0.0.1', '[::1]:8470', 'line7.plant.example:80'])
    expect([host, await status(host)]).toEqual([host, 200]);
  for (const host of [
    'evil.test',
    '127.0.0.1.evil.test',
    'localhost.evil.test:8470',
    '10.0.0.1',
    'a:b:c',
    '@localhost',
  ])
    expect([host, await status(host)]).toEqual([host, 403]);
  expect(await statusOf('GET', '/', { host: 'evil.test' })).toBe(403);
});

test('another site cannot change anything', async () => {
  rig = await openRig();
  const host = new URL(rig.coordinator.url).host;
  const status = (headers: Record<string, string>) => statusOf('POST', '/api/v1/work-orders/x/actions/start', headers);
  for (const foreign of [
    { origin: 'http://evil.test' },
    { origin: 'null' },
    { origin: 'http://localhost:1' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: `http://${host}`, 'sec-fetch-site': 'cross-site' },
  ])
    expect([foreign, await status(foreign)]).toEqual([foreign, 403]);
  // 404: it passed the guards, and there is no such order.
  for (const own of [
    {},
    { origin: `http://${host}` },
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ])
    expect([own, await status(own)]).toEqual([own, 404]);
});

test('another site can link here, but not follow the live events', async () => {
  rig = await openRig();
  const foreign = { 'sec-fetch-site': 'cross-site' };
  expect(await statusOf('GET', '/', foreign)).toBe(200);
  expect(await statusOf('GET', '/api/v1/attempts.csv', foreign)).toBe(200);
  expect(await statusOf('GET', '/api/v1/events', foreign)).toBe(403);
  expect(await statusOf('GET', '/api/v1/events', { origin: 'http://evil.test' })).toBe(403);
});

test('every answer tells browsers to run nothing but what the station serves', async () => {
  rig = await openRig();
  for (const path of ['/', '/api/v1/health', '/api/v1/nothing']) {
    const { headers } = await fetch(`${rig.coordinator.url}${path}`);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'self';img-src 'self' data:;object-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('x-powered-by')).toBeNull();
  }
});
