import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isApplicationId, isBootloaderId } from '@flashline/contracts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { flashline } from '../support/processes.ts';
import { redisAvailable, startRedis } from '../support/redis.ts';

interface Finding {
  readonly id: string;
  readonly state: string;
  readonly says: string;
  readonly do: readonly string[];
}

/** Runs the doctor on this computer, whatever it is like: what is checked is what it says of the things that the test makes. */
async function examined(...args: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'flashline-doctor-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { code, stdout } = await flashline(['doctor', '--json', '--data', join(folder, 'records'), ...args]);
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
  return { code, ok, folder, findings, of: (id: string) => findings.find((finding) => finding.id === id) };
}

test('says of every check what it found, exits by the worst of it, and leaves nothing in the data folder', async () => {
  const { code, ok, folder, findings } = await examined();
  expect(ok).toBe(findings.every(({ state }) => state !== 'bad'));
  expect(code).toBe(ok ? 0 : 3);
  expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length);
  expect(findings.map(({ id }) => id)).toEqual(expect.arrayContaining(['node', 'data-folder', 'disk-space', 'clock']));
  for (const { state, says } of findings) {
    expect(['ok', 'warn', 'bad', 'unknown', 'skipped']).toContain(state);
    expect(says).toMatch(/\.$/);
  }
  expect(await readdir(folder)).toEqual([]);
});

test('people get the same in words', async () => {
  const { stdout, code } = await flashline(['doctor', '--data', tmpdir()]);
  expect(stdout).toMatch(/^ok {7}node {2,}Node\.js 24\./m);
  expect(stdout).toMatch(/\n\n(Nothing is wrong|\d+ (bad|warning)).*\n$/);
  expect([0, 3]).toContain(code);
});

test.each([
  ['--fix', '--yes', '--user', '-rf'],
  ['--user', 'a b'],
])('refuses %s %s', async (...args) => {
  const { code, stderr } = await flashline(['doctor', ...args]);
  expect({ code, isUsage: stderr.startsWith('USAGE') }).toEqual({ code: 2, isUsage: true });
});

describe.skipIf(!redisAvailable())('Redis', () => {
  test('one set up badly is told what to set, and is fit once that is done', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    await server.command('config', 'set', 'maxmemory-policy', 'allkeys-lru');
    const evicting = (await examined('--redis', server.url)).of('redis');
    expect(evicting).toMatchObject({ state: 'bad', says: expect.stringContaining('allkeys-lru') });
    await obey(server, evicting?.do[0]);

    const forgetful = (await examined('--redis', server.url)).of('redis');
    expect(forgetful?.state).toBe('warn');
    await obey(server, forgetful?.do[0]);

    expect((await examined('--redis', server.url)).of('redis')).toMatchObject({ state: 'ok', do: [] });
  });

  /** Does what the doctor says: `redis-cli -u URL …`. */
  async function obey(server: Awaited<ReturnType<typeof startRedis>>, step = ''): Promise<void> {
    const [cli, option, url, ...command] = step.split(' ');
    expect([cli, option, url]).toEqual(['redis-cli', '-u', server.url]);
    expect(await server.command(...command)).toBe('OK');
  }
});

test('a Redis that is not there is bad, and its password is never told', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  await new Promise((resolve) => server.close(resolve));
  const { code, of, findings } = await examined('--redis', `redis://user:secret@127.0.0.1:${port}`);
  expect(code).toBe(3);
  expect(of('redis')).toMatchObject({ state: 'bad', do: [`redis-cli -u redis://127.0.0.1:${port} ping`] });
  expect(JSON.stringify(findings)).not.toContain('secret');
});

describe('the udev rule', () => {
  const rule = readFileSync(join(import.meta.dirname, '../../config/udev/60-flashline.rules'), 'utf8');
  const [bootloaders = '', applications = ''] = rule.split('\n# Running\n');
  const idsIn = (text: string) =>
    Array.from(
      text.matchAll(/^ATTRS\{idVendor\}=="(\w{4})", ATTRS\{idProduct\}=="(\w{4})", GOTO="flashline_board"$/gm),
      (found) => ({
        vendor: Number.parseInt(found[1] ?? '', 16),
        product: Number.parseInt(found[2] ?? '', 16),
      }),
    );

  test('names only boards that libs/usb knows, each as what it is', () => {
    const [inBootloader, running] = [idsIn(bootloaders), idsIn(applications)];
    expect(inBootloader.length).toBeGreaterThan(10);
    expect(running.length).toBeGreaterThan(10);
    expect(inBootloader.filter(({ vendor, product }) => !isBootloaderId(vendor, product))).toEqual([]);
    expect(running.filter(({ vendor, product }) => !isApplicationId(vendor, product))).toEqual([]);
  });

  test('leaves out no board of these makers that libs/usb knows', () => {
    const ids = idsIn(rule);
    const named = new Set(ids.map(({ vendor, product }) => vendor * 0x1_0000 + product));
    for (const vendor of new Set(ids.map((id) => id.vendor)))
      for (let product = 0; product <= 0xffff; product++)
        if (isBootloaderId(vendor, product) || isApplicationId(vendor, product))
          expect(named, `${vendor.toString(16)}:${product.toString(16)}`).toContain(vendor * 0x1_0000 + product);
  });

  test('is for boards and their serial ports, keeps them awake, and ModemManager away', () => {
    const board = rule.split('LABEL="flashline_board"\n')[1];
    expect(board).toContain('MODE="0660", GROUP="plugdev", TAG+="uaccess"');
    expect(board).toContain('ENV{ID_MM_DEVICE_IGNORE}="1", ENV{ID_MM_PORT_IGNORE}="1"');
    expect(board).toContain('ATTR{power/control}="on"');
    expect(rule).toMatch(/^SUBSYSTEM=="tty", SUBSYSTEMS=="usb", GOTO="flashline_ids"$/m);
    expect(rule).toMatch(/^SUBSYSTEM=="usb".*ATTR\{bDeviceClass\}=="09", GOTO="flashline_awake"$/m);
  });
});
