import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openUsbBus } from './usb-bus.ts';

const run = promisify(execFile);
const hasUsb = process.platform !== 'linux' || (existsSync('/sys/bus/usb') && existsSync('/dev/bus/usb'));

/** Runs `script` in a process of its own; rejects unless it ends by itself with exit code 0. */
async function inProcess(script: string): Promise<string> {
  const door = new URL('./index.ts', import.meta.url).href;
  const source = `import { openUsbBus } from ${JSON.stringify(door)};\nconst bus = await openUsbBus();\n${script}`;
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', source], { timeout: 20_000 });
  expect(stderr).toBe('');
  return stdout;
}

test.skipIf(hasUsb)('a computer without USB has an empty bus and says what is wrong', async () => {
  const bus = await openUsbBus();
  expect(await bus.list()).toEqual([]);
  expect(bus.trouble).toMatch(/USB (subsystem|controller)/);
  await expect(bus.open('1-1')).rejects.toMatchObject({ code: 'BOARD_GONE' });
  await bus.close();
});

test('the real binding lists without failing', async () => {
  const bus = await openUsbBus();
  for (const { path } of await bus.list()) expect(path).toMatch(/^\d+-\d+(\.\d+)*$/);
});

test('the real binding makes control transfers of endpoint 0 and type 0, with a setup packet of 8 bytes', async () => {
  const { usb } = await import('usb');
  expect([usb.LIBUSB_TRANSFER_TYPE_CONTROL, usb.LIBUSB_CONTROL_SETUP_SIZE]).toEqual([0, 8]);
  expect(usb.Transfer.prototype).toMatchObject({ submit: expect.any(Function), cancel: expect.any(Function) });
});

test('a process that watched and stopped ends by itself', async () => {
  expect(await inProcess(`bus.watch(() => {})(); await bus.list(); console.log('done');`)).toBe('done\n');
});

test('a process that watches and closes ends by itself', async () => {
  expect(await inProcess(`bus.watch(() => {}); await bus.close(); console.log('done');`)).toBe('done\n');
});

test('a process that only watches is not kept alive by it', async () => {
  expect(await inProcess(`bus.watch(() => {}); console.log('done');`)).toBe('done\n');
});

test('watching again after a stop works', async () => {
  expect(await inProcess(`for (let n = 0; n < 5; n++) bus.watch(() => {})(); console.log('done');`)).toBe('done\n');
});
