import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { linuxHost } from './host.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flashline-usb-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function device(name: string, files: Readonly<Record<string, string>>): void {
  const folder = join(root, 'sys/bus/usb/devices', name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
}

test('a computer without a USB subsystem says so, and lists nothing', () => {
  const host = linuxHost(root);
  expect(host.trouble()).toContain('no USB subsystem');
  expect(host.addresses()).toBeNull();
  expect(host.address('1-1')).toBeUndefined();
});

test('a container without device nodes says so', () => {
  device('1-1', { devnum: '2\n' });
  expect(linuxHost(root).trouble()).toContain('/dev/bus/usb');
});

test('a computer with both has no trouble', () => {
  device('1-1', { devnum: '2\n' });
  mkdirSync(join(root, 'dev/bus/usb'), { recursive: true });
  expect(linuxHost(root).trouble()).toBeNull();
});

test('devices are known by port path; root hubs, interfaces and those that just left are no devices', () => {
  device('usb1', { devnum: '1\n' });
  device('1-1', { devnum: '2\n' });
  device('1-1.4', { devnum: '17\n' });
  device('1-1.4:1.0', {});
  device('2-3', {});
  expect(linuxHost(root).addresses()).toEqual(
    new Map([
      ['1-1', 2],
      ['1-1.4', 17],
    ]),
  );
});

test('an address that cannot be read is not taken for a device that has left: the kernel does not tell now', () => {
  device('1-1', { devnum: '2\n' });
  mkdirSync(join(root, 'sys/bus/usb/devices/1-2/devnum'), { recursive: true });
  const host = linuxHost(root);
  expect(host.addresses()).toBeNull();
  expect([host.address('1-1'), host.address('1-2'), host.address('1-3')]).toEqual([2, undefined, null]);
});

test('the address on one port is told alone', () => {
  device('1-1', { devnum: '2\n' });
  const host = linuxHost(root);
  expect([host.address('1-1'), host.address('1-2')]).toEqual([2, null]);
});

test('the serial number is the text the kernel read', async () => {
  device('1-1', { devnum: '2\n', serial: '3276365D3336\n' });
  expect(await linuxHost(root).serial('1-1', 2)).toBe('3276365D3336');
});

test('a device without a serial number has null', async () => {
  device('1-1', { devnum: '2\n' });
  expect(await linuxHost(root).serial('1-1', 2)).toBeNull();
});

test('the serial number of another device on the same port is not told', async () => {
  device('1-1', { devnum: '3\n', serial: 'ANOTHER\n' });
  expect(await linuxHost(root).serial('1-1', 2)).toBeUndefined();
  expect(await linuxHost(root).serial('1-2', 2)).toBeUndefined();
});
