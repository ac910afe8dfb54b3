/**
 * Boards that run their firmware are asked into their bootloader over the kernel's own serial ports, in every way a recipe knows,
 * flashed, and seen to run again. Beside them runs one that would obey everything, and sits in no slot. Oracles: the memory of the
 * boards, the kernel.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type ApplicationCheck, BootloaderEntry } from '@flashline/contracts';
import type { ApplicationSpec, BoardSpec } from '@flashline/virtual-boards';
import { firmwareBytes } from '../rig/images.ts';
import { BOARD_PATHS } from '../rig/ports.ts';
import { openRig, productAt } from '../rig/rig.ts';
import { Station } from '../rig/station.ts';

const LENGTH = 4 * 1024;
const ORDER_SECONDS = 90;
const BYSTANDER = '1-15';
const RUNNING = '0483:5740';
const VERSION = 'Betaflight / LANE (LANE) 2025.12.1 MSP API: 1.47';
const CHECK: Partial<ApplicationCheck> = {
  vendorId: 0x0483,
  productId: 0x5740,
  serial: 'same',
  version: { hail: '#', command: 'version', contains: 'LANE (LANE) 2025.12.1' },
};

/** Each way of asking, and the boards that obey it: one, or one of each kind. */
const ways: readonly { readonly enter: Partial<BootloaderEntry>; readonly boards: readonly ApplicationSpec[] }[] = [
  { enter: { by: 'character' }, boards: [{ accepts: ['character'] }] },
  { enter: { by: 'msp' }, boards: [{ accepts: ['msp'] }] },
  { enter: { by: 'cli' }, boards: [{ accepts: ['cli-bl'] }] },
  { enter: { by: 'cli', hail: '####', command: 'dfu' }, boards: [{ accepts: ['cli-dfu'], cancels: 'packet' }] },
  { enter: { by: 'touch-1200' }, boards: [{ accepts: ['touch-1200'] }] },
  {
    enter: { by: 'dfu-detach' },
    boards: [{ accepts: ['dfu-detach'] }, { accepts: ['dfu-detach'], willDetach: true }],
  },
];

const rig = await openRig();
const paths = [...BOARD_PATHS];
const obedient = { accepts: ['character', 'msp', 'cli-bl', 'cli-dfu', 'touch-1200', 'dfu-detach'] } as const;
// The first to come is ttyACM0: whoever goes by number asks this one.
await rig.plug({ [BYSTANDER]: { mode: 'application', contents: 'used', application: obedient } });
const bystander = addressOf(BYSTANDER);
const station = await Station.join();

let last = '';
for (const [n, { enter, boards }] of ways.entries()) {
  const image = firmwareBytes(LENGTH, n);
  const order = await station.order(image, boards.length, {
    enter: BootloaderEntry.parse(enter),
    application: CHECK,
  });
  const plugged = Object.fromEntries(boards.map((firmware) => [paths.shift() ?? '', boardWith(firmware)]));
  const beganMs = performance.now();
  await rig.plug(plugged);
  await station.completed(order, [], ORDER_SECONDS);
  console.log(
    `${JSON.stringify(enter)}: ${((performance.now() - beganMs) / 1000).toFixed(1)} s from the plug to the record`,
  );
  for (const path of Object.keys(plugged)) {
    assert.deepEqual(await rig.memory(path, LENGTH), image);
    assert.equal(productAt(path), RUNNING);
    last = path;
  }
  for (const { result } of await station.client.attempts(`orderId=${order.id}`))
    assert.equal(result?.application?.version?.includes('LANE (LANE) 2025.12.1'), true);
}

await rig.pull([last]);
const order = await station.order(firmwareBytes(LENGTH, 99), 1, { enter: BootloaderEntry.parse({ by: 'character' }) });
await rig.plug({ [last]: { contents: 'used' } });
await station.completed(order, [], ORDER_SECONDS);

assert.equal(productAt(BYSTANDER), RUNNING);
assert.equal(addressOf(BYSTANDER), bystander, 'the board that sits in no slot has left the bus meanwhile');
await rig.close();

function boardWith(firmware: ApplicationSpec): BoardSpec {
  const seed = BOARD_PATHS.length - paths.length;
  return { mode: 'application', contents: 'used', seed, application: { version: VERSION, ...firmware } };
}

function addressOf(path: string): string {
  return readFileSync(`/sys/bus/usb/devices/${path}/devnum`, 'utf8').trim();
}
