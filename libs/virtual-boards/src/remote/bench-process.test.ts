import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@flashline/dfuse';
import { afterEach, describe, expect, test } from 'vitest';
import { REQUEST } from '../rom/dfu-words.ts';
import { command, getStatus, operate } from '../testing/hand-host.ts';
import { UsbipHost } from '../usbip/testing/usbip-host.ts';
import { connectBench } from './bench-client.ts';
import { type BenchProcess, type StartBench, startBenchProcess } from './start-bench-process.ts';

const FLASH = 0x0800_0000;
const clock = systemClock(0);
const started: BenchProcess[] = [];
afterEach(async () => {
  for (const bench of started.splice(0)) await bench.stop();
});

async function start(options: StartBench): Promise<BenchProcess> {
  const bench = await startBenchProcess(options);
  started.push(bench);
  return bench;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A host in a process of its own that stores a command, says so, and then waits to be killed. */
async function hostThatDies(address: string): Promise<ChildProcess> {
  const program = `
    const { connectBench } = await import(${JSON.stringify(new URL('./bench-client.ts', import.meta.url).href)});
    const port = await (await connectBench(${JSON.stringify(address)})).open('1-1.1');
    await port.controlOut(1, 0, Uint8Array.of(0x41, 0, 0, 0, 8), 1000);
    await port.controlIn(3, 0, 6, 1000);
    process.stdout.write('busy');
    await port.controlIn(3, 0, 6, 60_000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('a bench process', () => {
  test('starts with the boards it is told, and stops', async () => {
    const bench = await start({ speed: 0, boards: { '1-1.1': { part: 'F072' }, '1-1.2': { seed: 5 } } });
    const remote = await connectBench(bench.address);
    expect((await remote.list()).map(({ path, usbSerial }) => `${path} ${usbSerial}`)).toEqual([
      '1-1.1 FFFFFFFEFFFF',
      expect.stringMatching(/^1-1\.2 [0-9A-F]{12}$/),
    ]);
    expect(isRunning(bench.pid)).toBe(true);
    await bench.stop();
    await bench.stop();
    expect(isRunning(bench.pid)).toBe(false);
    await expect(remote.list()).rejects.toMatchObject({ code: 'USB_HOST' });
  });

  test('keeps a board as it was when its host is killed in the middle of an erase, and gives it to the next', async () => {
    const bench = await start({ speed: 0.2, boards: { '1-1.1': { contents: 'used' } } });
    const remote = await connectBench(bench.address);
    const before = await remote.list();
    const host = await hostThatDies(bench.address);
    await expect(remote.open('1-1.1')).rejects.toMatchObject({ code: 'USB_BUSY' });
    const died = once(host, 'exit');
    host.kill('SIGKILL');
    await died;
    let port = null;
    // The bench hears of the death a moment after we do.
    while (!port) port = await remote.open('1-1.1').catch(() => null);
    expect(await remote.list()).toEqual(before);
    expect(await getStatus({ port })).toMatchObject({ status: 'OK', state: 'dfuDNLOAD-IDLE' });
    expect((await remote.report('1-1.1')).wear).toMatchObject([{ did: 'erase', address: FLASH, count: 1 }]);
    await operate({ port, clock }, 0, command(0x21, FLASH));
    await remote.close();
  });

  test('tells a host that is connected when the bench dies', async () => {
    const bench = await start({ boards: { '1-1.1': {} } });
    const remote = await connectBench(bench.address);
    const port = await remote.open('1-1.1');
    await port.controlOut(REQUEST.download, 0, Uint8Array.of(0x41), 1000);
    await getStatus({ port });
    const waiting = port.controlIn(REQUEST.getStatus, 0, 6, 60_000);
    process.kill(bench.pid, 'SIGKILL');
    await expect(waiting).rejects.toMatchObject({ name: 'TransferError', trouble: 'host' });
    await expect(getStatus({ port })).rejects.toMatchObject({ name: 'TransferError', trouble: 'host' });
    await expect(remote.open('1-1.1')).rejects.toMatchObject({ code: 'USB_HOST' });
    await port.close();
    await remote.close();
  });

  test('gives its boards away over USB/IP when it is told to, and takes them back when it ends', async () => {
    const bench = await start({ boards: { '1-1.1': {} }, usbip: { host: '127.0.0.1', port: 0 } });
    expect(bench.usbip).toMatch(/^127\.0\.0\.1:\d+$/);
    const host = await UsbipHost.attach(bench.usbip ?? '', '1-1.1');
    expect((await host.descriptor(1, 0))?.readUInt16LE(8)).toBe(0x0483);
    await bench.stop();
    await expect(UsbipHost.attach(bench.usbip ?? '', '1-1.1')).rejects.toThrow();
    expect((await start({})).usbip).toBeNull();
  });

  test('refuses what it is told in one line and without listening', async () => {
    const program = fileURLToPath(new URL('./bench-process.ts', import.meta.url));
    const wrongBoards = ['{"boards":{"A1":{}}}', '{"boards":{"1-1.1":{"part":"Z80"}}}'];
    const wrongPlaces = ['{"usbip":true}', '{"usbip":{"host":"127.0.0.1"}}', '{"usbip":{"host":1,"port":0}}'];
    for (const options of ['{', '[]', '{"speed":-1}', ...wrongBoards, ...wrongPlaces]) {
      const child = spawn(process.execPath, [program, options], { stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
      const [code] = await once(child, 'close');
      expect(code).toBe(2);
      expect(said).toMatch(/^[^\n]*\(CONFIG_INVALID\)[^\n]*\n$/);
    }
  });

  test('without a parent to follow it lives on when stdin closes; with one it ends', async () => {
    const program = fileURLToPath(new URL('./bench-process.ts', import.meta.url));
    const run = async (...flags: string[]) => {
      const child = spawn(process.execPath, [program, '{}', ...flags], { stdio: ['pipe', 'pipe', 'inherit'] });
      const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
      return { child, address: (JSON.parse(String(line)) as { listening: string }).listening };
    };
    const follower = await run('--with-parent');
    const ended = once(follower.child, 'exit');
    follower.child.stdin.end();
    expect(await ended).toEqual([0, null]);
    const loner = await run();
    loner.child.stdin.end();
    const remote = await connectBench(loner.address);
    expect(await remote.list()).toEqual([]);
    await remote.close();
    const stopped = once(loner.child, 'exit');
    loner.child.kill('SIGTERM');
    expect(await stopped).toEqual([0, null]);
  });

  test('drops whoever does not speak its language and serves the others', async () => {
    const bench = await start({ boards: { '1-1.1': {} } });
    const [host, port] = bench.address.split(':');
    const stranger = connect(Number(port), host);
    stranger.write('GET / HTTP/1.1\r\n\r\n');
    await once(stranger, 'close');
    const remote = await connectBench(bench.address);
    expect(await remote.list()).toHaveLength(1);
    await remote.close();
  });
});

test.each(['', 'localhost', '127.0.0.1:', '127.0.0.1:x', '::1:80'])('%j is no address of a bench', async (address) => {
  await expect(connectBench(address)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

test('an address where nothing listens is USB_HOST', async () => {
  await expect(connectBench('127.0.0.1:1')).rejects.toMatchObject({ code: 'USB_HOST' });
});
