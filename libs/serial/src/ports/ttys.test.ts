import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeSystem } from '../testing/fake-system.ts';
import { serialDevicesAt } from './ttys.ts';

let system: FakeSystem;
beforeEach(() => {
  system = new FakeSystem();
});
afterEach(() => system.remove());

test('the serial devices of a port are found by its path, and a longer path is another port', async () => {
  system.device(
    '1-1.2:1.0/tty/ttyACM7',
    '1-1.2:1.1',
    '1-1.20:1.0/tty/ttyACM1',
    '1-3:1.0/ttyUSB0',
    '1-3:1.0/tty',
    '1-1.2',
  );
  expect(await serialDevicesAt('1-1.2', system.root)).toEqual([join(system.root, 'dev/ttyACM7')]);
  expect(await serialDevicesAt('1-3', system.root)).toEqual([join(system.root, 'dev/ttyUSB0')]);
  expect(await serialDevicesAt('1-9', system.root)).toEqual([]);
  expect(await serialDevicesAt('1-9', join(system.root, 'nowhere'))).toEqual([]);
});

test('of a device with several the one of the lowest interface comes first, whatever their numbers', async () => {
  system.device('1-1:1.10/tty/ttyACM0', '1-1:1.2/tty/ttyACM3', '1-1:1.4/tty/ttyACM1', '1-1:1.0');
  const names = (await serialDevicesAt('1-1', system.root)).map((device) => device.split('/').at(-1));
  expect(names).toEqual(['ttyACM3', 'ttyACM1', 'ttyACM0']);
});
