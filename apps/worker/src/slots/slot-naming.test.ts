import { type BenchState, Fault, type SlotName } from '@flashline/contracts';
import { expect, test, vi } from 'vitest';
import { SlotNaming, type SlotNamingOptions } from './slot-naming.ts';

const A1: SlotName = { path: '1-1', label: 'A1' };
const A2: SlotName = { path: '1-2', label: 'A2' };
const RUNNING = { is: 'running' } as BenchState;

function open(options: Partial<SlotNamingOptions> = {}, busy: readonly string[] = []) {
  const report = () => busy.map((slot) => ({ slot, label: slot, state: RUNNING }));
  const bench = { name: vi.fn(), report };
  const keep = vi.fn(async () => {});
  const naming = new SlotNaming({ slots: [A1], keep, bench, onChange: vi.fn(), ...options });
  return { naming, bench, keep };
}

test('new names are kept first, then the bench has them, then the report answers', async () => {
  const { naming, bench, keep } = open();
  keep.mockImplementation(async () => expect(bench.name).not.toHaveBeenCalled());
  await naming.take('r1', [A2]);
  expect(keep).toHaveBeenCalledWith([A2]);
  expect(bench.name).toHaveBeenCalledWith([A2]);
  expect(naming.report()).toEqual({
    slots: [A2],
    keepsNames: true,
    answered: { requestId: 'r1', fault: null, reason: null },
  });
});

test('a request that is repeated is carried out once', async () => {
  const { naming, keep } = open();
  await Promise.all([naming.take('r1', [A2]), naming.take('r1', [A2]), naming.take('r2', [A1])]);
  await naming.take('r1', [A2]);
  expect(keep).toHaveBeenCalledTimes(1);
  await naming.take('r2', [A1]);
  expect(naming.report()).toMatchObject({ slots: [A1], answered: { requestId: 'r2' } });
});

test('a request that is delivered again later is answered as before, and undoes nothing', async () => {
  const { naming, keep } = open({}, ['1-2']);
  await naming.take('r1', [A2]);
  await naming.take('r2', [A1]);
  await naming.take('r3', [A1, A2]);
  keep.mockClear();
  await naming.take('r2', [A1]);
  expect(naming.report()).toMatchObject({ slots: [A1, A2], answered: { requestId: 'r2', fault: 'SLOT_BUSY' } });
  await naming.take('r1', [A2]);
  expect(naming.report()).toMatchObject({ slots: [A1, A2], answered: { requestId: 'r1', fault: null } });
  expect(keep).not.toHaveBeenCalled();
});

test('the last sixteen answers are remembered', async () => {
  const { naming, keep } = open();
  for (let n = 0; n <= 16; n++) await naming.take(`r${n}`, [A1]);
  keep.mockClear();
  await naming.take('r1', [A2]);
  expect(keep).not.toHaveBeenCalled();
  await naming.take('r0', [A2]);
  expect(keep).toHaveBeenCalledTimes(1);
});

test('names that cannot be kept change nothing, and the reason is told', async () => {
  const keep = async () => {
    throw new Fault('DATA_NOT_WRITABLE', { reason: 'EROFS' });
  };
  const { naming, bench } = open({ keep });
  await naming.take('r1', [A2]);
  expect(bench.name).not.toHaveBeenCalled();
  expect(naming.report()).toMatchObject({
    slots: [A1],
    answered: { requestId: 'r1', fault: 'DATA_NOT_WRITABLE', reason: 'EROFS' },
  });
});

test('a station without a file says so', async () => {
  const { naming } = open({ keep: null, slots: null });
  await naming.take('r1', [A1]);
  expect(naming.report()).toMatchObject({ slots: null, keepsNames: false, answered: { fault: 'CONFIG_INVALID' } });
});

test('a slot that works on a board may get another label, but cannot go', async () => {
  const { naming, keep } = open({}, ['1-1']);
  await naming.take('r1', [A2]);
  expect(naming.report()).toMatchObject({ slots: [A1], answered: { fault: 'SLOT_BUSY' } });
  expect(keep).not.toHaveBeenCalled();
  await naming.take('r2', [{ ...A1, label: 'Z9' }]);
  expect(naming.report()).toMatchObject({ slots: [{ label: 'Z9' }], answered: { fault: null } });
});

test('ports that were ever slots are bounded', async () => {
  const { naming } = open();
  const many = (bus: number) => Array.from({ length: 256 }, (_, n) => ({ path: `${bus}-${n}`, label: `${n}` }));
  for (let bus = 2; bus <= 5; bus++) await naming.take(`r${bus}`, many(bus));
  expect(naming.report().answered).toMatchObject({ requestId: 'r5', fault: 'CONFIG_INVALID' });
  await naming.take('r6', many(4));
  expect(naming.report().answered).toMatchObject({ requestId: 'r6', fault: null });
});

test('a port that became a slot by itself does not go either while its board is worked on', async () => {
  const { naming, keep } = open({ slots: null }, ['1-3']);
  await naming.take('r1', [A1]);
  expect(naming.report()).toMatchObject({ slots: null, answered: { fault: 'SLOT_BUSY' } });
  expect(keep).not.toHaveBeenCalled();
});

test('who stops it waits for the request in work, and none is taken any more', async () => {
  const { naming, bench, keep } = open();
  const kept = Promise.withResolvers<void>();
  keep.mockReturnValueOnce(kept.promise);
  void naming.take('r1', [A2]);
  const stopped = naming.stop().then(() => bench.name.mock.calls.length);
  kept.resolve();
  expect(await stopped).toBe(1);
  await naming.take('r2', [A1]);
  expect(keep).toHaveBeenCalledTimes(1);
});
