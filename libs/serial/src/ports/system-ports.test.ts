import { rmSync } from 'node:fs';
import type { SerialLine } from '@flashline/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeSystem } from '../testing/fake-system.ts';
import { JumpingClock } from '../testing/jumping-clock.ts';
import type { RawPort } from './real-line.ts';
import { type SystemPortsOptions, systemSerialPorts } from './system-ports.ts';

let system: FakeSystem;
let clock: JumpingClock;
beforeEach(() => {
  system = new FakeSystem();
  system.device('1-1.2:1.0/tty/ttyACM7');
  clock = new JumpingClock();
});
afterEach(() => system.remove());

type Step = 'open' | 'write' | 'update' | 'set' | 'flush' | 'close';

/** A port of serialport that keeps what happens to it. A step that is named here fails, or never ends. */
class FakePort implements RawPort {
  readonly events: string[];
  readonly #failing: Partial<Record<Step, string>>;
  readonly #listeners: [string, (bytes: Buffer) => void][] = [];

  constructor(events: string[], failing: Partial<Record<Step, string>>) {
    this.events = events;
    this.#failing = failing;
  }

  open = (done: (error: Error | null) => void) => this.#step('open', done);
  flush = (done: (error: Error | null) => void) => this.#step('flush', done);
  write = (bytes: Buffer, done: (error: Error | null) => void) => this.#step('write', done, bytes.toString('latin1'));
  update = (options: object, done: (error: Error | null) => void) => this.#step('update', done, options);
  set = (lines: object, done: (error: Error | null) => void) => this.#step('set', done, lines);
  close = (done: (error: Error | null) => void) => {
    this.#step('close', done);
    this.emit('close');
  };
  on = (event: string, listener: (bytes: Buffer) => void) => void this.#listeners.push([event, listener]);

  emit(event: 'data' | 'close', bytes: Buffer = Buffer.alloc(0)): void {
    for (const [on, listener] of this.#listeners) if (on === event) listener(bytes);
  }

  #step(step: Step, done: (error: Error | null) => void, what?: unknown): void {
    this.events.push(what === undefined ? step : `${step} ${typeof what === 'string' ? what : JSON.stringify(what)}`);
    const failure = this.#failing[step];
    if (failure !== 'never') done(failure === undefined ? null : new Error(failure));
  }
}

/** The ports of a computer where one port behaves so, and what happens to it. */
function portsWith(failing: Partial<Record<Step, string>> = {}, options: Partial<SystemPortsOptions> = {}) {
  const events: string[] = [];
  const port = new FakePort(events, failing);
  const makePort = (device: string, baudRate: number) => {
    events.push(`make ${device.slice(system.root.length)} ${baudRate}`);
    return port;
  };
  const ports = systemSerialPorts({ clock, platform: 'linux', root: system.root, makePort, ...options });
  const heard: string[] = [];
  const open = (path = '1-1.2', signal?: AbortSignal): Promise<SerialLine> =>
    ports.open(path, { baudRate: 115_200, hear: (bytes) => void heard.push(Buffer.from(bytes).toString()), signal });
  return { events, port, open, heard };
}

describe('a serial port', () => {
  test('is opened by its USB port, heard, told, and let go', async () => {
    const device = system.node('ttyACM7');
    const { events, port, open, heard } = portsWith();
    const line = await open();
    expect(line.device).toBe(device);
    port.emit('data', Buffer.from('hello'));
    await line.write(Buffer.from('R'));
    await line.setBaud(1200);
    await line.hangUp();
    expect(line.ended.aborted).toBe(false);
    await line.close();
    await line.close();
    expect(line.ended.aborted).toBe(true);
    expect(heard).toEqual(['hello']);
    expect(events).toEqual([
      'make /dev/ttyACM7 115200',
      'open',
      'write R',
      'update {"baudRate":1200}',
      'set {"dtr":false,"rts":false}',
      'flush',
      'close',
    ]);
  });

  test.each(['write', 'update', 'set'] as const)(
    'whose board has gone ends at %s, which does not fail',
    async (step) => {
      system.node('ttyACM7');
      const { events, open } = portsWith({ [step]: 'EIO', flush: 'EIO', close: 'EIO' });
      const line = await open();
      if (step === 'write') await line.write(Buffer.from('R'));
      else await (step === 'set' ? line.hangUp() : line.setBaud(9600));
      expect(line.ended.aborted).toBe(true);
      const before = events.length;
      await line.write(Buffer.from('x'));
      expect(events.length, 'nothing more is tried').toBe(before);
    },
  );

  test('is not opened when the order was cancelled while it was made', async () => {
    system.node('ttyACM7');
    const order = new AbortController();
    const events: string[] = [];
    const makePort = () => {
      order.abort('cancelled');
      return new FakePort(events, {});
    };
    const { open } = portsWith({}, { makePort });
    await expect(open('1-1.2', order.signal)).rejects.toBeDefined();
    expect(events).toEqual([]);
  });

  test('ends when its device is gone, which serialport may not notice', async () => {
    const device = system.node('ttyACM7');
    const { events, open } = portsWith();
    const line = await open();
    await clock.sleep(1000);
    expect(line.ended.aborted).toBe(false);
    rmSync(device);
    const over = new Promise((resolve) => line.ended.addEventListener('abort', resolve));
    await over;
    expect(events.slice(-2)).toEqual(['flush', 'close']);
  });

  test('ends when serialport closes it', async () => {
    system.node('ttyACM7');
    const { port, open } = portsWith();
    const line = await open();
    port.emit('close');
    expect(line.ended.aborted).toBe(true);
  });
});

describe('after an enumeration', () => {
  test('the tty, its node, its permission and its being free are waited for', async () => {
    const events: string[] = [];
    const lets = (ms: number, fault: string) => {
      if (clock.now() < ms) throw Object.assign(new Error(fault), { code: fault });
    };
    const tryAccess = async () => {
      lets(300, 'ENOENT');
      lets(900, 'EACCES');
    };
    const makePort = () => new FakePort(events, clock.now() < 2000 ? { open: 'Error Resource busy' } : {});
    const ports = systemSerialPorts({ clock, platform: 'linux', root: system.root, makePort, tryAccess });
    const line = await ports.open('1-1.2', { baudRate: 115_200, hear: () => {} });
    expect(clock.now()).toBe(2000);
    await line.close();
  });

  test.each([
    ['1-9', undefined, { code: 'BOARD_SILENT', details: { path: '1-9', reason: 'the board has no serial port' } }],
    ['1-1.2', 'ENOENT', { code: 'USB_HOST', details: { reason: 'ENOENT', path: '1-1.2' } }],
    ['1-1.2', 'EACCES', { code: 'USB_PERMISSION', details: { reason: 'EACCES', mode: '644' } }],
  ])('what is not there on %s with %s in three seconds is said', async (path, code, failure) => {
    system.node('ttyACM7');
    const tryAccess = async () => {
      if (code) throw Object.assign(new Error(code), { code });
    };
    await expect(portsWith({}, { tryAccess }).open(path)).rejects.toMatchObject(failure);
    expect(clock.now()).toBe(3000);
  });

  test('the group that may use a port is told', async () => {
    system.node('ttyACM7');
    const tryAccess = () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' }));
    const refusal: unknown = await portsWith({}, { tryAccess })
      .open()
      .catch((thrown: unknown) => thrown);
    expect(refusal).toMatchObject({ details: { group: expect.stringMatching(/^\w[\w-]*$/) } });
  });

  test.each([
    ['Error: Permission denied, cannot open /dev/ttyACM7', 'USB_PERMISSION'],
    ['Error Resource temporarily unavailable Cannot lock port', 'USB_BUSY'],
    ['Error: Device or resource busy, cannot open /dev/ttyACM7', 'USB_BUSY'],
    ['Error: No such device, cannot open /dev/ttyACM7', 'BOARD_SILENT'],
    [`Error: ${'x'.repeat(1000)}`, 'BOARD_SILENT'],
  ])('a port that does not open says why: %s', async (message, code) => {
    system.node('ttyACM7');
    const refusal: unknown = await portsWith({ open: message })
      .open()
      .catch((thrown: unknown) => thrown);
    expect(refusal).toMatchObject({ code, details: { path: '1-1.2', reason: message.slice(0, 200) } });
  });

  test('a port whose opening never ends is given up, and let go if it opens after all', async () => {
    system.node('ttyACM7');
    const events: string[] = [];
    let opensAfterAll = () => {};
    const port = Object.assign(new FakePort(events, {}), {
      open: (done: (error: Error | null) => void) => {
        opensAfterAll = () => done(null);
      },
    });
    const { open } = portsWith({}, { makePort: () => port });
    await expect(open()).rejects.toMatchObject({ code: 'BOARD_SILENT', details: { limitMs: 3000 } });
    expect(events).toEqual([]);
    opensAfterAll();
    await clock.sleep(1);
    expect(events).toEqual(['flush', 'close']);
  });

  test('nothing is waited for any more when the asker has given up', async () => {
    const giving = new AbortController();
    const reason = new Error('enough');
    const opening = portsWith().open('1-9', giving.signal);
    void clock.sleep(120).then(() => giving.abort(reason));
    await expect(opening).rejects.toBe(reason);
  });
});

test('on a Mac the port is found in the list', async () => {
  const list = async () => [{ path: '/dev/tty.usbmodem1', locationId: '14230000' }];
  const tried: string[] = [];
  const tryAccess = async (device: string) => void tried.push(device);
  const { open } = portsWith({}, { platform: 'darwin', list, tryAccess });
  await (await open('20-2.3')).close();
  expect(tried).toEqual(['/dev/cu.usbmodem1']);
});

test('Windows does not tell where its serial ports are', async () => {
  const { events, open } = portsWith({}, { platform: 'win32' });
  await expect(open()).rejects.toMatchObject({ code: 'USB_HOST', details: { path: '1-1.2', platform: 'win32' } });
  expect(events).toEqual([]);
});
