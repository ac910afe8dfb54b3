import { expect, test } from 'vitest';
import { FlashJob } from './messages.ts';
import { ST_BOOTLOADER } from './order.ts';
import { PLAIN_ORDER_RECIPE } from './recipe.ts';

/** As a coordinator of a version without recipes sends it, and as journals of such times keep it. */
const OLD = {
  assignment: {
    attemptId: '00000000-0000-4000-8000-000000000001',
    station: 'line-1',
    slot: '1-1',
    label: 'A1',
    seatingId: '00000000-0000-4000-8000-000000000002',
    orderId: null,
    image: 'f1'.repeat(32),
    intended: { bytes: 1, crc32: '0badf00d', sha256: 'ab'.repeat(32) },
    unit: null,
    simulated: false,
    assignedAt: '2026-11-22T08:00:00.000Z',
  },
  imageName: 'blinky.hex',
  loadAddress: null,
  board: ST_BOOTLOADER,
};

test('a job without a recipe is done by the plain one', () => {
  expect(FlashJob.parse(OLD)).toEqual({ ...OLD, recipe: PLAIN_ORDER_RECIPE });
});

test('a job whose recipe says something that is not understood is no job', () => {
  expect(FlashJob.safeParse({ ...OLD, recipe: { ...PLAIN_ORDER_RECIPE, patches: [] } }).success).toBe(false);
});
