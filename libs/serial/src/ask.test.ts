import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AskedPort, askIntoBootloader } from './ask.ts';
import { serialDevicesAt } from './ttys.ts';

let root: string;

/** A sysfs as two boards make it: one CDC-ACM device, one converter. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flashline-sys-'));
  for (const folder of ['1-1.2:1.0/tty/ttyACM7', '1-1.2:1.1', '1-1.20:1.0/tty/ttyACM1', '1-3:1.0/ttyUSB0', '1-1.2'])
    mkdirSync(join(root, 'sys/bus/usb/devices', folder), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

/** A port that keeps what happens to it; `failing` makes one step fail. */
function portThat(events: string[], failing: { at: string; message: string } | null = null) {
  const step = (name: string, callback: (error: Error | null) => void) => {
    events.push(name);
    callback(failing?.at === name ? new Error(failing.message) : null);
  };
  return (device: string): AskedPort => ({
    open: (callback) => step(`open ${device.slice(root.length)}`, callback),
    write: (text, callback) => step(`write ${text}`, callback),
    drain: (callback) => step('drain', callback),
    close: (callback) => step('close', callback),
    on: () => {},
  });
}

test('the serial devices of a port are found by its path, and a longer path is another port', async () => {
  expect(await serialDevicesAt('1-1.2', root)).toEqual([join(root, 'dev/ttyACM7')]);
  expect(await serialDevicesAt('1-3', root)).toEqual([join(root, 'dev/ttyUSB0')]);
  expect(await serialDevicesAt('1-9', root)).toEqual([]);
});

describe('a running board', () => {
  test('is asked with the character R, and its port is let go', async () => {
    const events: string[] = [];
    await askIntoBootloader('1-1.2', portThat(events), root);
    expect(events).toEqual(['open /dev/ttyACM7', 'write R', 'drain', 'close']);
  });

  test('without a serial port cannot be asked', async () => {
    await expect(askIntoBootloader('1-9', portThat([]), root)).rejects.toMatchObject({ code: 'BOARD_SILENT' });
  });

  test.each([
    ['Error: Permission denied, cannot open /dev/ttyACM7', 'USB_PERMISSION'],
    ['Error Resource temporarily unavailable Cannot lock port', 'USB_BUSY'],
    ['Error: No such file or directory, cannot open /dev/ttyACM7', 'BOARD_SILENT'],
  ])('whose port does not open says why: %s', async (message, code) => {
    const open = portThat([], { at: 'open /dev/ttyACM7', message });
    await expect(askIntoBootloader('1-1.2', open, root)).rejects.toMatchObject({ code });
  });

  test('that disappears while it is asked lets its port go all the same', async () => {
    const events: string[] = [];
    const open = portThat(events, { at: 'drain', message: 'Port is not open' });
    await expect(askIntoBootloader('1-1.2', open, root)).rejects.toMatchObject({ code: 'BOARD_SILENT' });
    expect(events.at(-1)).toBe('close');
  });
});
