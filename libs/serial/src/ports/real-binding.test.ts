import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import type { Clock, SerialLine } from '@flashline/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeSystem } from '../testing/fake-system.ts';
import { systemSerialPorts } from './system-ports.ts';

/** A pseudo-terminal that somebody has left at 1200 baud, and a hand on its other end: says what it reads, and how the port is set. */
const PTY = `
import os, pty, sys, termios, threading
master, slave = pty.openpty()
set = termios.tcgetattr(slave)
set[4] = set[5] = termios.B1200
set[2] |= termios.HUPCL
termios.tcsetattr(slave, termios.TCSANOW, set)
print(os.ttyname(slave), flush=True)
def read():
    while True: print('read', os.read(master, 100).hex(), flush=True)
threading.Thread(target=read, daemon=True).start()
for line in sys.stdin:
    if line.startswith('say '): os.write(master, bytes.fromhex(line[4:]))
    if line.startswith('how'):
        now = termios.tcgetattr(slave)
        names = {termios.B1200: 1200, termios.B115200: 115200}
        print('how', names[now[4]], now[3], bool(now[2] & termios.HUPCL), flush=True)
`;
const hasPython = process.platform === 'linux' && spawnSync('python3', ['-c', 'import pty']).status === 0;
const clock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => setTimeout(ms, undefined, signal ? { signal } : {}),
};

describe.runIf(hasPython)('the real binding, on a pseudo-terminal', () => {
  let system: FakeSystem;
  let python: ChildProcess;
  let lines: Interface;
  let node: string;
  const told: string[] = [];

  beforeEach(async () => {
    python = spawn('python3', ['-c', PTY], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (!python.stdout) throw new Error('no output');
    lines = createInterface(python.stdout);
    told.length = 0;
    lines.on('line', (line: string) => told.push(line));
    system = new FakeSystem();
    system.device('1-1:1.0/tty/ttyACM0');
    mkdirSync(join(system.root, 'dev'));
    node = join(system.root, 'dev/ttyACM0');
    symlinkSync(await next(), node);
  });
  afterEach(() => {
    python.kill();
    system.remove();
  });

  /** The next line that the other end says. */
  async function next(): Promise<string> {
    while (told.length === 0) await new Promise((resolve) => lines.once('line', resolve));
    return told.shift() ?? '';
  }

  async function opened(): Promise<{ readonly line: SerialLine; readonly heard: () => Promise<string> }> {
    let wake = () => {};
    let text = '';
    const ports = systemSerialPorts({ clock, root: system.root });
    const hear = (bytes: Uint8Array) => {
      text += Buffer.from(bytes).toString('hex');
      wake();
    };
    const line = await ports.open('1-1', { baudRate: 115_200, hear });
    const heard = async () => {
      while (text === '') await new Promise<void>((resolve) => (wake = resolve));
      return text;
    };
    return { line, heard };
  }

  test('sends and hears every byte as it is, at our speed, with nothing echoed', async () => {
    const { line, heard } = await opened();
    python.stdin?.write('how\n');
    // c_lflag 0: neither echo nor lines nor signals. HUPCL stays as it was, although `hupcl` is false.
    expect(await next()).toBe('how 115200 0 True');
    await line.write(Uint8Array.of(0x52));
    expect(await next()).toBe('read 52');
    python.stdin?.write('say 0d0a0311ff00\n');
    expect(await heard()).toBe('0d0a0311ff00');
    await line.write(Uint8Array.of(0x0a));
    expect(await next(), 'nothing of it came back').toBe('read 0a');
    await line.close();
  });

  test('holds a port against a second one', async () => {
    const { line } = await opened();
    await expect(opened()).rejects.toMatchObject({ code: 'USB_BUSY', details: { path: '1-1', device: node } });
    await line.close();
    await (await opened()).line.close();
  });

  test.each([
    ['its device disappears', () => rmSync(node)],
    ['the other end is gone', () => python.kill()],
  ])('ends when %s', async (_, end) => {
    const { line } = await opened();
    const over = new Promise((resolve) => line.ended.addEventListener('abort', resolve));
    end();
    await over;
    await line.write(Uint8Array.of(1));
    await line.close();
  });
});
