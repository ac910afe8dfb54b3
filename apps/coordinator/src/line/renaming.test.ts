import { type BenchReport, CHANNELS, type Problem, type SlotName, type StationSlots } from '@flashline/contracts';
import { afterEach, expect, test } from 'vitest';
import { BenchWorker, settle } from '../rig/bench-worker.ts';
import { openRig, type Rig } from '../rig/rig.ts';
import { SILENCE_MS_MAX } from './floor.ts';
import { RENAME_MS_MAX } from './renaming.ts';

let rig: Rig;
afterEach(() => rig.close());

const A1: SlotName = { path: '1-1', label: 'A1', place: { row: 1, column: 1 } };
const A2: SlotName = { path: '1-2', label: 'A2' };
const PATH = '/stations/bench/slots';

async function open(): Promise<BenchWorker> {
  rig = await openRig();
  const worker = await BenchWorker.start(rig.queue, ['1-1', '1-2']);
  await worker.report();
  return worker;
}

/** Says what a worker would say of its names. */
async function say(naming: BenchReport['naming'], more: Partial<BenchReport> = {}): Promise<void> {
  const silent = { simulated: false, toolVersion: 'rig', trouble: null, blind: false, slots: [] };
  await rig.queue.broadcast(CHANNELS.bench, { station: 'bench', ...silent, naming, ...more });
  await settle();
}

function asked(worker: BenchWorker): string[] {
  return worker.commands.flatMap((command) => (command.on === 'name' ? [command.requestId] : []));
}

async function untilAsked(worker: BenchWorker): Promise<string> {
  await expect.poll(() => asked(worker).length).toBe(1);
  return asked(worker)[0] ?? '';
}

test('names travel to the worker, and the answer is what it then says', async () => {
  const worker = await open();
  const answer = rig.send('PUT', PATH, { slots: [A1] });
  const requestId = await untilAsked(worker);
  expect(worker.commands).toEqual([{ on: 'name', requestId, slots: [A1] }]);
  await say({ slots: [A1], keepsNames: true, answered: { requestId, fault: null, reason: null } });
  const { status, ...body } = await answer.then(async (response) => ({
    status: response.status,
    ...((await response.json()) as StationSlots),
  }));
  expect([status, body]).toEqual([
    200,
    { station: 'bench', online: true, simulated: false, slots: [A1], keepsNames: true, others: [] },
  ]);
  expect(rig.time.pending).toBe(3);
});

test('what the worker refuses is refused, with its reason', async () => {
  const worker = await open();
  const answer = rig.send('PUT', PATH, { slots: [A1] });
  const requestId = await untilAsked(worker);
  await say({ slots: null, keepsNames: false, answered: { requestId, fault: 'CONFIG_INVALID', reason: 'no file' } });
  expect(await (await answer).json()).toMatchObject({ status: 422, code: 'CONFIG_INVALID' });
});

test('a lost command is told again, and a station that stays silent is given up', async () => {
  const worker = await open();
  const answer = rig.send('PUT', PATH, { slots: [A1] });
  const requestId = await untilAsked(worker);
  rig.time.advance(1000);
  await settle();
  expect(asked(worker)).toEqual([requestId, requestId]);
  rig.time.advance(RENAME_MS_MAX);
  expect(await (await answer).json()).toMatchObject({ status: 504, code: 'STATION_SILENT' });
  rig.time.advance(1000);
  await settle();
  expect(asked(worker).length).toBeLessThan(8);
});

test('a slot with a board in work or in the queue cannot go, others can', async () => {
  const worker = await open();
  await rig.startOrder(1);
  await worker.plug('1-1');
  const refused = await rig.send('PUT', PATH, { slots: [A2] });
  expect(await refused.json()).toMatchObject({
    status: 409,
    code: 'SLOT_BUSY',
    detail: expect.stringContaining('1-1'),
  });
  expect(asked(worker)).toEqual([]);
  const answer = rig.send('PUT', PATH, { slots: [A1] });
  const requestId = await untilAsked(worker);
  await say({ slots: [A1], keepsNames: true, answered: { requestId, fault: null, reason: null } });
  expect((await answer).status).toBe(200);
});

test('a list that cannot be one names the slot and the field', async () => {
  await open();
  const wrong: [unknown, string][] = [
    [[A1, { ...A2, path: '1-1' }], 'slots.1.path'],
    [[A1, { ...A2, label: 'A1' }], 'slots.1.label'],
    [[A1, { ...A2, place: A1.place }], 'slots.1.place'],
    [[], 'slots'],
    [[{ ...A1, path: 'ttyACM0' }], 'slots.0.path'],
  ];
  for (const [slots, path] of wrong) {
    const problem = (await (await rig.send('PUT', PATH, { slots })).json()) as Problem;
    expect([problem.status, problem.code, problem.errors?.[0]?.path]).toEqual([400, 'REQUEST_INVALID', path]);
  }
});

test('a station that is silent already is not asked', async () => {
  const worker = await open();
  rig.time.advance(SILENCE_MS_MAX);
  const refused = await rig.send('PUT', PATH, { slots: [A1] });
  expect(await refused.json()).toMatchObject({ status: 504, code: 'STATION_SILENT' });
  expect(asked(worker)).toEqual([]);
});

test('a station that never reported is unknown', async () => {
  await open();
  expect((await rig.send('PUT', '/stations/other/slots', { slots: [A1] })).status).toBe(404);
  expect((await rig.ask('/stations/other/slots')).status).toBe(404);
  expect((await rig.ask('/stations/other/usb')).status).toBe(404);
  expect((await rig.ask('/stations/no%20name/usb')).status).toBe(400);
});

test('ports that are no slots and the USB tree are shown, and count nowhere', async () => {
  await open();
  const others = [{ path: '1-4', vendorId: 0x0483, productId: 0xdf11, mode: 'dfu' as const }];
  const usb = { hubs: [], capacities: [], findings: [] };
  await say({ slots: [A1], keepsNames: false, answered: null }, { others, usb });
  expect(await (await rig.ask(PATH)).json()).toMatchObject({ slots: [A1], others, keepsNames: false });
  expect(await (await rig.ask('/stations/bench/usb')).json()).toEqual({ station: 'bench', online: true, usb });
  expect(await (await rig.ask('/slots')).json()).toEqual({ slots: [] });
  const { stations } = (await (await rig.ask('/health')).json()) as { stations: unknown };
  expect(stations).toMatchObject([{ slots: 0 }]);
});
