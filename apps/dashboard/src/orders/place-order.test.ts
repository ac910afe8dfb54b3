import { signal } from '@preact/signals';
import { afterEach, expect, test, vi } from 'vitest';
import type { ImageChoice } from './image-picker.tsx';
import type { OrderDraft } from './order-draft.ts';
import { placeOrder } from './place-order.ts';

const SHA256 = 'ab'.repeat(32);
const DRAFT: OrderDraft = { product: 'Flight controller', quantity: '2', orderId: '', address: '0x08000000' };

afterEach(() => vi.unstubAllGlobals());

/** A station that finds a file to be of a format and takes every order; keeps what was posted to it. */
function stationThatReads(format: 'bin' | 'hex') {
  const posted: { path: string; body: unknown }[] = [];
  vi.stubGlobal('fetch', (url: string, { method, body }: RequestInit) => {
    const path = url.replace(/^\/api\/v1|\?.*$/g, '');
    if (method === 'POST') posted.push({ path, body: typeof body === 'string' ? JSON.parse(body) : null });
    if (path === '/images') return Promise.resolve(Response.json({ sha256: SHA256, format }));
    return Promise.resolve(Response.json(method === 'POST' ? { id: 'WO-1' } : { orders: [] }));
  });
  return posted;
}

const fileNamed = (name: string) => signal<ImageChoice>({ kind: 'file', file: new File(['x'], name) });

test('a raw binary by another name is not ordered before its address was seen, and is uploaded once', async () => {
  const posted = stationThatReads('bin');
  const choice = fileNamed('firmware.img');
  const refusal = await placeOrder(DRAFT, choice, false);
  expect(refusal?.action).toContain('load address');
  expect(choice.value).toMatchObject({ kind: 'held', image: { sha256: SHA256, format: 'bin' } });
  expect(posted.map(({ path }) => path)).toEqual(['/images']);
  expect(await placeOrder({ ...DRAFT, address: '0x08004000' }, choice, false)).toBeNull();
  expect(posted.map(({ path }) => path)).toEqual(['/images', '/work-orders']);
  expect(posted[1]?.body).toMatchObject({ image: SHA256, loadAddress: 0x0800_4000 });
});

test('an image that only calls itself a raw binary is ordered without an address', async () => {
  const posted = stationThatReads('hex');
  expect(await placeOrder(DRAFT, fileNamed('firmware.bin'), false)).toBeNull();
  expect(posted[1]?.body).toMatchObject({ image: SHA256, loadAddress: null });
});

test('a typing mistake does not cost an upload', async () => {
  const posted = stationThatReads('hex');
  expect(await placeOrder({ ...DRAFT, quantity: 'many' }, fileNamed('firmware.hex'), false)).not.toBeNull();
  expect(posted).toEqual([]);
});
