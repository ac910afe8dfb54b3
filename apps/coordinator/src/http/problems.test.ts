import { Problem } from '@flashline/contracts';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { openRig, type Rig } from '../rig/rig.ts';

let rig: Rig;
afterEach(() => rig.close());

const JSON_TYPE = { 'content-type': 'application/json' };

async function problem(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  const body = Problem.parse(await response.json());
  expect(body.status).toBe(response.status);
  return body;
}

test('garbage over HTTP is one problem with a code and what to do', async () => {
  rig = await openRig();
  const post = (headers: Record<string, string>, body: string) =>
    rig.ask('/work-orders', { method: 'POST', headers, body });
  const cases: [Promise<Response>, number, string][] = [
    [rig.ask('/nothing'), 404, 'NOT_FOUND'],
    [fetch(`${rig.coordinator.url}/api/v2/slots`), 404, 'NOT_FOUND'],
    [post(JSON_TYPE, '{"product":'), 400, 'REQUEST_INVALID'],
    [post(JSON_TYPE, '"text"'), 400, 'REQUEST_INVALID'],
    [post(JSON_TYPE, `${'['.repeat(100_000)}`), 400, 'REQUEST_INVALID'],
    [post({ ...JSON_TYPE, 'content-encoding': 'gzip' }, '{}'), 415, 'REQUEST_INVALID'],
    [post({ 'content-type': 'text/plain' }, '{}'), 415, 'REQUEST_INVALID'],
    [post(JSON_TYPE, `"${'x'.repeat(1024 * 1024)}"`), 413, 'REQUEST_TOO_LARGE'],
    [rig.ask('/images', { method: 'POST', headers: JSON_TYPE, body: '{}' }), 415, 'REQUEST_INVALID'],
    [rig.ask('/work-orders', { method: 'POST' }), 415, 'REQUEST_INVALID'],
    [post(JSON_TYPE, ''), 400, 'REQUEST_INVALID'],
    [rig.ask('/work-orders/%E0%A4%A'), 400, 'REQUEST_INVALID'],
    [rig.ask('/attempts/7'), 400, 'REQUEST_INVALID'],
  ];
  for (const [answer, status, code] of cases) {
    const body = await problem(await answer);
    expect([body.status, body.code, body.action]).toEqual([status, code, expect.stringMatching(/.+/)]);
  }
});

test('a method that a path does not have is refused with those it has', async () => {
  rig = await openRig();
  const response = await rig.ask('/images', { method: 'DELETE' });
  expect(response.headers.get('allow')).toBe('GET, POST');
  expect(await problem(response)).toMatchObject({ status: 405, code: 'REQUEST_INVALID' });
  expect((await rig.ask('/slots', { method: 'HEAD' })).status).toBe(200);
});

test('what nobody foresaw is told without anything of the inside, and logged under the id that is told', async () => {
  const orders = () => {
    throw new TypeError('secret: cannot read /etc/shadow');
  };
  const logged: unknown[] = [];
  const log = pino({}, { write: (line) => logged.push(JSON.parse(line)) });
  rig = await openRig({ around: (real) => ({ ...real, orders }), log });
  const response = await rig.ask('/work-orders');
  const text = await response.clone().text();
  const { code, instance } = await problem(response);
  expect([response.status, code]).toEqual([500, 'INTERNAL']);
  expect(text).not.toMatch(/secret|shadow|\.ts/);
  expect(logged).toContainEqual(expect.objectContaining({ instance, path: '/api/v1/work-orders' }));
});
