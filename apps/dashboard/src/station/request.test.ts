import { afterEach, expect, test, vi } from 'vitest';
import { ask, send } from './request.ts';

afterEach(() => vi.unstubAllGlobals());

function answerWith(answer: () => Promise<Response>) {
  const fetched = vi.fn((_url: string, _init: RequestInit) => answer());
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

test('a good answer is its value', async () => {
  const fetched = answerWith(() => Promise.resolve(Response.json({ orders: [] })));
  expect(await ask('/work-orders')).toEqual({ kind: 'ok', value: { orders: [] } });
  expect(fetched.mock.calls[0]?.[0]).toBe('/api/v1/work-orders');
});

test('a problem becomes its words, its action and the fields that are wrong', async () => {
  const problem = {
    type: 'about:blank',
    title: 'The request was not understood.',
    status: 400,
    code: 'REQUEST_INVALID',
    action: 'Correct the fields that are named.',
    errors: [
      { path: 'quantity', message: 'must be at least 1' },
      { path: '', message: 'not an order' },
    ],
  };
  answerWith(() => Promise.resolve(Response.json(problem, { status: 400 })));
  expect(await send('/work-orders', {})).toEqual({
    kind: 'refused',
    refusal: {
      code: 'REQUEST_INVALID',
      says: 'The request was not understood.',
      action: 'Correct the fields that are named.',
      lines: ['quantity: must be at least 1', 'not an order'],
    },
  });
});

test('no answer, or one that is not JSON, is told as a station that did not answer', async () => {
  for (const answer of [() => Promise.reject(new TypeError('failed')), () => Promise.resolve(new Response('<html>'))]) {
    answerWith(answer);
    expect(await ask('/health')).toMatchObject({ kind: 'refused', refusal: { code: null } });
  }
});
