import { type Image, PLAIN_ORDER_RECIPE, type WorkOrder } from '@flashline/contracts';
import { afterEach, expect, test } from 'vitest';
import { BINARY, openRig, type Rig } from '../../rig/rig.ts';

let rig: Rig;
afterEach(() => rig.close());

const HEX = Buffer.from(':0400000001020304F2\n:00000001FF\n');

async function uploaded(file: Uint8Array, name: string): Promise<string> {
  return ((await (await rig.upload(file, name)).json()) as Image).sha256;
}

async function refused(response: Response): Promise<[number, string]> {
  return [response.status, ((await response.json()) as { code: string }).code];
}

test('an order without an id gets one that people can say, one after the other', async () => {
  rig = await openRig();
  const image = await uploaded(BINARY, 'a.bin');
  const order = { product: 'blinker', image, loadAddress: 0x0800_0000, quantity: 3 };
  const first = await rig.send('POST', '/work-orders', order);
  expect(first.status).toBe(201);
  expect(first.headers.get('location')).toBe('/api/v1/work-orders/WO-20260131-1');
  expect(await first.json()).toMatchObject({ id: 'WO-20260131-1', state: 'created', simulated: false, quantity: 3 });
  const second = (await (await rig.send('POST', '/work-orders', order)).json()) as WorkOrder;
  expect(second.id).toBe('WO-20260131-2');
  const { orders } = (await (await rig.ask('/work-orders')).json()) as { orders: WorkOrder[] };
  expect(orders.map(({ id }) => id)).toEqual(['WO-20260131-2', 'WO-20260131-1']);
});

test('an order is for what the station makes, unless it says otherwise', async () => {
  rig = await openRig({ simulated: true });
  const image = await uploaded(BINARY, 'a.bin');
  const order = { product: 'blinker', image, loadAddress: 0, quantity: 3 };
  expect(await (await rig.send('PUT', '/work-orders/A', order)).json()).toMatchObject({ simulated: true });
  const real = await rig.send('PUT', '/work-orders/B', { ...order, simulated: false });
  expect(await real.json()).toMatchObject({ simulated: false });
});

test('the same order again changes nothing; another one under its id is refused', async () => {
  rig = await openRig();
  const image = await uploaded(BINARY, 'a.bin');
  const order = { product: 'blinker', image, loadAddress: 0x0800_0000, quantity: 3 };
  const made = await rig.send('PUT', '/work-orders/MES-7', order);
  const again = await rig.send('PUT', '/work-orders/MES-7', { ...order, id: 'MES-7' });
  expect([made.status, again.status]).toEqual([201, 200]);
  expect(await again.json()).toEqual(await made.json());
  expect((await rig.send('POST', '/work-orders', { ...order, id: 'MES-7' })).status).toBe(200);
  const other = await rig.send('PUT', '/work-orders/MES-7', { ...order, quantity: 4 });
  expect(await refused(other)).toEqual([409, 'ORDER_EXISTS']);
  const mixed = await rig.send('PUT', '/work-orders/MES-8', { ...order, id: 'MES-9' });
  expect(await refused(mixed)).toEqual([400, 'REQUEST_INVALID']);
});

test('a raw binary needs an address that leaves room for it; other formats take none', async () => {
  rig = await openRig();
  const bin = await uploaded(BINARY, 'a.bin');
  const hex = await uploaded(HEX, 'a.hex');
  const make = (image: string, loadAddress?: number) =>
    rig.send('POST', '/work-orders', { product: 'x', image, loadAddress, quantity: 1 });
  expect(await refused(await make(bin))).toEqual([422, 'IMAGE_ADDRESS_NEEDED']);
  expect(await refused(await make(bin, 0xffff_ff80))).toEqual([422, 'IMAGE_ADDRESS_INVALID']);
  expect((await make(bin, 0xffff_ff00)).status).toBe(201);
  expect(await refused(await make(hex, 0x0800_0000))).toEqual([422, 'IMAGE_ADDRESS_INVALID']);
  expect((await make(hex)).status).toBe(201);
});

test('an order keeps its recipe, with everything it left out', async () => {
  rig = await openRig();
  const image = await uploaded(BINARY, 'a.bin');
  const order = { product: 'blinker', image, loadAddress: 0x0800_0000, quantity: 3 };
  const lock = [{ memory: 'option-bytes', address: 0x1fff_c000, data: 'aa55' }];
  const recipe = { ...PLAIN_ORDER_RECIPE, erase: 'mass', lock };
  const made = await rig.send('PUT', '/work-orders/A', { ...order, recipe: { erase: 'mass', lock } });
  expect([made.status, await made.json()]).toMatchObject([201, { recipe }]);
  expect(await (await rig.ask('/work-orders/A')).json()).toMatchObject({ recipe });
  expect((await rig.send('PUT', '/work-orders/A', { ...order, recipe })).status).toBe(200);
  expect(await refused(await rig.send('PUT', '/work-orders/A', order))).toEqual([409, 'ORDER_EXISTS']);
  expect(await (await rig.send('PUT', '/work-orders/B', order)).json()).toMatchObject({ recipe: PLAIN_ORDER_RECIPE });
});

test('what can never be undone has to be allowed expressly, and patches are of no order', async () => {
  rig = await openRig();
  const image = await uploaded(BINARY, 'a.bin');
  const order = { product: 'blinker', image, loadAddress: 0x0800_0000, quantity: 3 };
  const make = (recipe: object) => rig.send('PUT', '/work-orders/A', { ...order, recipe });
  const lock = [{ memory: 'otp', address: 0x1fff_7800, data: '00' }];
  const problem = await make({ lock });
  expect(problem.status).toBe(422);
  expect(await problem.json()).toMatchObject({ code: 'RECIPE_REFUSED', detail: 'reason: permanent, otp: 1' });
  expect(await refused(await make({ patches: [] }))).toEqual([400, 'REQUEST_INVALID']);
  expect(await refused(await rig.ask('/work-orders/A'))).toEqual([404, 'NOT_FOUND']);
  expect((await make({ lock, permanent: true })).status).toBe(201);
});

test('what is to be kept cannot be programmed as well, wherever the image goes', async () => {
  rig = await openRig();
  const bin = { image: await uploaded(BINARY, 'a.bin'), loadAddress: 0x0800_4000 };
  const hex = { image: await uploaded(HEX, 'a.hex') };
  const make = (order: object, ...preserve: object[]) =>
    rig.send('POST', '/work-orders', { ...order, product: 'blinker', quantity: 3, recipe: { preserve } });
  const before = { address: 0x0800_0000, bytes: 0x4000 };
  const after = { address: 0x0800_4100, bytes: 1 };
  expect((await make(bin, before, after)).status).toBe(201);
  const problem = await (await make(bin, after, { ...before, bytes: 0x4001 })).json();
  expect(problem).toMatchObject({ status: 422, code: 'RECIPE_REFUSED' });
  expect(problem).toMatchObject({
    detail: expect.stringMatching(/^field: recipe\.preserve\.1, address: 0x08000000, /),
  });
  expect(await refused(await make(bin, { address: 0x0800_40ff, bytes: 2 }))).toEqual([422, 'RECIPE_REFUSED']);
  expect(await refused(await make(hex, { address: 0x0000_0003, bytes: 1 }))).toEqual([422, 'RECIPE_REFUSED']);
  expect((await make(hex, { address: 0x0000_0004, bytes: 1 })).status).toBe(201);
  expect(await refused(await make(bin, before, { address: 0x0800_3fff, bytes: 1 }))).toEqual([422, 'RECIPE_REFUSED']);
});

test('a bootloader is not what may be expected to run', async () => {
  rig = await openRig();
  const image = await uploaded(HEX, 'a.hex');
  const make = (application: object) =>
    rig.send('POST', '/work-orders', { product: 'blinker', image, quantity: 3, recipe: { application } });
  const problem = await (await make({ vendorId: 0x0483, productId: 0xdf11 })).json();
  expect(problem).toMatchObject({
    status: 422,
    code: 'RECIPE_REFUSED',
    detail: expect.stringMatching(/^field: recipe\.application, reason: 0483:df11 /),
  });
  expect((await make({ vendorId: 0x0483, productId: 0x5740 })).status).toBe(201);
  expect((await make({ vendorId: 0x0483 })).status).toBe(201);
  expect((await make({ vendorId: 0x1209, productId: 0xdf11 })).status).toBe(201);
});

test('an order that makes no sense names every field that is wrong', async () => {
  rig = await openRig();
  const response = await rig.send('POST', '/work-orders', { product: ' ', image: 'x', quantity: 0, colour: 'red' });
  const problem = (await response.json()) as { errors: { path: string }[] };
  expect(problem).toMatchObject({ status: 400, code: 'REQUEST_INVALID', type: 'urn:flashline:fault:REQUEST_INVALID' });
  expect(problem.errors.map(({ path }) => path).sort()).toEqual(['', 'image', 'product', 'quantity']);
  const unknown = await rig.send('POST', '/work-orders', { product: 'x', image: '0'.repeat(64), quantity: 1 });
  expect(await refused(unknown)).toEqual([404, 'NOT_FOUND']);
});

test('orders are started, paused and closed, one at a time', async () => {
  rig = await openRig();
  const { id } = await rig.startOrder(2);
  const act = (order: string, action: string) => rig.send('POST', `/work-orders/${order}/actions/${action}`, {});
  const other = (await (await rig.send('POST', '/work-orders', { ...(await orderBody(id)) })).json()) as WorkOrder;
  expect(await refused(await act(other.id, 'start'))).toEqual([409, 'ORDER_OTHER_ACTIVE']);
  expect(await (await act(id, 'pause')).json()).toMatchObject({ id, state: 'paused' });
  expect(await (await act(other.id, 'start')).json()).toMatchObject({ id: other.id, state: 'active' });
  expect(await (await act(id, 'close')).json()).toMatchObject({ id, state: 'closed' });
  expect(await refused(await act(id, 'start'))).toEqual([409, 'ORDER_STATE']);
  expect(await refused(await act('nobody', 'start'))).toEqual([404, 'NOT_FOUND']);
  expect(await refused(await act(id, 'explode'))).toEqual([400, 'REQUEST_INVALID']);
  expect(await (await rig.ask(`/work-orders/${id}`)).json()).toMatchObject({ id, state: 'closed' });
  expect(await refused(await rig.ask('/work-orders/nobody'))).toEqual([404, 'NOT_FOUND']);
});

async function orderBody(id: string) {
  const { product, image, loadAddress, quantity } = (await (await rig.ask(`/work-orders/${id}`)).json()) as WorkOrder;
  return { product, image, loadAddress, quantity };
}
