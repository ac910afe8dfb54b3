import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAULT_CODES } from '@flashline/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dashboardWords } from '../../apps/cli/src/station/station-parts.ts';
import { BLINKY } from '../support/line.ts';
import { flashline, Running } from '../support/processes.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flashline-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/**
 * One clear line on stderr that begins with the code, and below it one for each thing that is wrong in a file; nothing of the inside
 * of the program. Resolves with the lines below.
 */
async function expectRefusal(args: readonly string[], code: string, exitCode = 2): Promise<readonly string[]> {
  const finished = await flashline(args);
  const [, ...below] = finished.stderr.trimEnd().split('\n');
  expect(
    below.filter((one) => !one.startsWith('  ')),
    finished.stderr,
  ).toEqual([]);
  expect(finished.stderr).toMatch(new RegExp(`^${code}: `));
  expect(finished.stderr).not.toMatch(/\bat .*\.ts:\d+/);
  expect(finished.code).toBe(exitCode);
  expect(FAULT_CODES).toContain(code);
  return below.map((one) => one.trim());
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('an image that is wrong is refused before any board is touched', () => {
  const good = ':10000000000102030405060708090A0B0C0D0E0F78\n';
  const END = ':00000001FF\n';
  test.each([
    ['truncated', `:020000040800F2\n${good}`, 'IMAGE_TRUNCATED'],
    ['overlapping', `${good}${good}${END}`, 'IMAGE_OVERLAP'],
    ['with a wrong checksum', `${good.replace('78\n', '79\n')}${END}`, 'IMAGE_CHECKSUM'],
    ['without bytes', END, 'IMAGE_EMPTY'],
    ['not what it says it is', 'hello', 'IMAGE_MALFORMED'],
  ])('%s', async (what, text, code) => {
    const path = await file(`${what.replaceAll(' ', '-')}.hex`, text);
    await expectRefusal(['flash', path, '--virtual', '1'], code);
    await expectRefusal(['info', path], code);
  });

  test('empty', async () => {
    await expectRefusal(['info', await file('empty.bin', '')], 'IMAGE_EMPTY');
  });

  test('oversized', async () => {
    const path = await file('large.bin', new Uint8Array(64 * 1024 * 1024 + 1));
    await expectRefusal(['flash', path, '--address', '0x08000000', '--virtual', '1'], 'IMAGE_TOO_LARGE');
  });

  test('raw, without an address', async () => {
    const path = await file('raw.bin', new Uint8Array(64));
    await expectRefusal(['flash', path, '--virtual', '1'], 'IMAGE_ADDRESS_NEEDED');
  });

  test('with an address that is none', async () => {
    const path = await file('raw.bin', new Uint8Array(64));
    for (const address of ['0x1_0000', '-1', '0x100000000', 'flash'])
      await expectRefusal(['flash', path, `--address=${address}`, '--virtual', '1'], 'IMAGE_ADDRESS_INVALID');
  });

  test('missing, or a folder: said without the names that the system has for it', async () => {
    const missing = await flashline(['flash', join(folder, 'nowhere.hex'), '--virtual', '1']);
    expect(missing.stderr).toMatch(/^FILE_UNREADABLE: .*nowhere\.hex, reason: there is no such file/);
    expect((await flashline(['info', folder])).stderr).toMatch(/^FILE_UNREADABLE: .*reason: it is not a file/);
    const config = await flashline(['slots', '--config', join(folder, 'nowhere.yaml')]);
    expect([config.code, config.stderr]).toEqual([2, expect.stringContaining('there is no such file')]);
  });
});

test('an image outside the flash of the board ends as an error of the order, and the board is as it was', async () => {
  const path = await file('outside.bin', new Uint8Array(64).fill(7));
  const { code, stdout } = await flashline(['flash', path, '--address', '0x20000000', '--virtual', '1', '--json']);
  expect(code).toBe(1);
  const [result] = (JSON.parse(stdout) as { results: Record<string, unknown>[] }).results;
  expect(result).toMatchObject({ outcome: 'error', fault: 'IMAGE_DOES_NOT_FIT', readback: null });
  expect(result?.phases).not.toContainEqual(expect.objectContaining({ name: 'erase' }));
});

describe('a command line that is wrong', () => {
  test.each([
    ['an unknown flag', ['flash', 'x.hex', '--fast']],
    ['an unknown command', ['flesh', 'x.hex']],
    ['a missing argument', ['flash']],
    ['a number that is none', ['station', '--port', 'http']],
    ['too many virtual boards', ['list', '--virtual', '5000']],
    ['a virtual part that is none', ['list', '--virtual', '1', '--virtual-part', 'Z80']],
    ['a part that is none', ['info', BLINKY, '--part', 'Z80']],
    ['a part for no image', ['info', '--part', 'F303', '--virtual', '1']],
    ['an image and a slot to tell about', ['info', BLINKY, '--slot', 'A1', '--virtual', '1']],
    ['an erase policy that is none', ['flash', BLINKY, '--erase', 'all', '--virtual', '1']],
    ['a range that is none', ['flash', BLINKY, '--preserve', '0x0800c000', '--virtual', '1']],
    ['a range that is too long to keep', ['flash', BLINKY, '--preserve', '0x08000000+2048K', '--virtual', '1']],
    ['a patch that is none', ['flash', BLINKY, '--patch', '0x08000000=xyz', '--virtual', '1']],
    ['one address for several images', ['flash', BLINKY, 'x.bin', '--address', '0x08000000', '--virtual', '1']],
    ['a memory that is none', ['read', '--memory', 'ram', '--virtual', '1']],
    ['a file name that says no format', ['read', '-o', 'board.txt', '--virtual', '1']],
    ['a raw binary with a gap', ['read', '-o', 'b.bin', '--range', '0+4', '--range', '8+4', '--virtual', '1']],
    ['a folder that is not there', ['read', '-o', '/nowhere/board.hex', '--virtual', '1']],
    ['an erase of nothing', ['erase', '--all', '--yes', '--virtual', '1']],
    ['an erase of everything and a part', ['erase', '--all-flash', '--range', '0+1', '--all', '--yes']],
    ['an erase of no board', ['erase', '--all-flash', '--yes', '--virtual', '1']],
    ['an erase that nobody can agree to', ['erase', '--all-flash', '--all', '--virtual', '1']],
  ])('%s', async (_what, args) => {
    await expectRefusal(args, 'USAGE');
  });

  test('tells everything on --help, for every command', async () => {
    const commands = [
      [],
      ['station'],
      ['coordinator'],
      ['worker'],
      ['flash'],
      ['verify'],
      ['read'],
      ['erase'],
      ['info'],
      ['list'],
      ['boot'],
      ['ledger'],
      ['demo'],
    ];
    for (const command of [...commands, ['ledger', 'verify'], ['virtual']]) {
      const { code, stdout } = await flashline([...command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Usage: flashline/);
    }
  });

  test('keeps stdout to one JSON object', async () => {
    const { stdout, code } = await flashline(['flash', join(folder, 'nowhere.hex'), '--json', '--virtual', '1']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ results: [], error: { code: 'FILE_UNREADABLE' } });
  });
});

describe('boards and slots', () => {
  test('without a running board there is nobody to ask', async () => {
    await expectRefusal(['boot'], 'NO_BOARDS', 3);
    await expectRefusal(['boot', '--slot', '1-9'], 'SLOT_UNKNOWN');
  });

  test('without a board there is nothing to flash', async () => {
    for (const command of [['flash', BLINKY], ['read']]) await expectRefusal(command, 'NO_BOARDS', 3);
  });

  test('several boards and no word about them is a question back', async () => {
    for (const command of [['flash', BLINKY], ['read']])
      await expectRefusal([...command, '--virtual', '2'], 'SLOT_AMBIGUOUS');
  });

  test('a virtual bench that is not there', async () => {
    await expectRefusal(['list', '--virtual-bench', 'garbage'], 'CONFIG_INVALID');
    await expectRefusal(['list', '--virtual-bench', '127.0.0.1:1'], 'NO_BOARDS', 3);
    const { stderr } = await flashline(['list', '--virtual-bench', '127.0.0.1:1']);
    expect(stderr).toContain('no virtual bench answers at 127.0.0.1:1: "flashline virtual" starts one');
  });

  test('a slot that is not there', async () => {
    await expectRefusal(['flash', BLINKY, '--virtual', '2', '--slot', 'Z9'], 'SLOT_UNKNOWN');
  });
});

describe('files that commands are given', () => {
  test('a recipe that is missing, that is none, and that nobody understands', async () => {
    const flash = (recipe: string) => ['flash', BLINKY, '--recipe', recipe, '--virtual', '1'];
    await expectRefusal(flash(join(folder, 'nowhere.yaml')), 'FILE_UNREADABLE');
    await expectRefusal(flash(await file('recipe.yaml', 'erase: everything\n')), 'CONFIG_INVALID');
    await expectRefusal(flash(await file('broken.yaml', 'erase: [\n')), 'CONFIG_INVALID');
  });

  test('a parts file that is missing, and one that says nothing', async () => {
    await expectRefusal(['info', '--parts', join(folder, 'nowhere.yaml'), '--virtual', '1'], 'FILE_UNREADABLE');
    await expectRefusal(
      ['info', '--parts', await file('parts.yaml', 'parts: []\n'), '--virtual', '1'],
      'CONFIG_INVALID',
    );
  });

  test('a file that is there already is not replaced', async () => {
    const path = await file('board.hex', 'mine');
    await expectRefusal(['read', '-o', path, '--virtual', '1'], 'USAGE');
    expect(await readFile(path, 'utf8')).toBe('mine');
  });

  test('an image for verify is read as carefully as one for flash', async () => {
    await expectRefusal(
      ['verify', await file('raw2.bin', new Uint8Array(64)), '--virtual', '1'],
      'IMAGE_ADDRESS_NEEDED',
    );
    await expectRefusal(['verify', join(folder, 'nowhere.hex'), '--virtual', '1'], 'FILE_UNREADABLE');
  });
});

test('a ledger that is not there is said to be missing', async () => {
  await expectRefusal(['ledger', 'verify', '--data', join(folder, 'nowhere')], 'FILE_UNREADABLE');
});

describe('a station that cannot start', () => {
  const virtual = ['--virtual', '1', '--virtual-speed', '0'];

  test('says that its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const data = join(folder, 'never-made');
    await expectRefusal(['station', '--data', data, '--port', String(port), ...virtual], 'PORT_TAKEN', 3);
    expect(existsSync(data), 'nothing is left behind').toBe(false);
    server.close();
  });

  test('says that it cannot listen on an address that is not its own', async () => {
    const where = ['--data', join(folder, 'b'), '--host', '192.0.2.1', '--port', '0'];
    await expectRefusal(['station', ...where, ...virtual], 'ADDRESS_UNAVAILABLE', 3);
  });

  test('says that its folder is not a folder', async () => {
    const path = await file('not-a-folder', 'x');
    await expectRefusal(['station', '--data', path, '--port', '0', ...virtual], 'DATA_NOT_WRITABLE', 3);
  });

  test('says that its folder belongs to a running station, and works once that has ended', async () => {
    const args = ['station', '--data', join(folder, 'c'), '--port', '0', ...virtual];
    const first = new Running(args);
    await first.says(/is running: (\S+)/);
    await expectRefusal(args, 'DATA_IN_USE', 3);
    await first.kill();
    const second = new Running(args);
    await second.says(/is running: (\S+)/);
    expect(await second.stop()).toBe(0);
  });

  test('says that its database is none', async () => {
    const path = join(folder, 'd');
    await mkdir(path);
    await writeFile(
      join(path, 'ledger.db'),
      'this is not a database, but it is long enough to look like one'.repeat(100),
    );
    await expectRefusal(['station', '--data', path, '--port', '0', ...virtual], 'DATA_DAMAGED', 3);
  });

  test('says everything that is wrong with the station file', async () => {
    const path = await file(
      'station.yaml',
      'station: line 1\nslots:\n  - { path: usb0, lable: A1 }\nslotsPerHost: 99\n',
    );
    const args = ['station', '--config', path, '--data', join(folder, 'e'), ...virtual];
    expect((await expectRefusal(args, 'CONFIG_INVALID')).toSorted()).toEqual([
      `${path}, line 1: station: is "line 1", must be 1-32 letters, digits, - or _`,
      `${path}, line 3: slots, entry 1, label: is missing, must be text`,
      `${path}, line 3: slots, entry 1, lable: is not known here; do you mean label?`,
      `${path}, line 4: slotsPerHost: is 99, must be a whole number from 1 to 64`,
    ]);
    const { stdout } = await flashline(['slots', '--config', path, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: 'CONFIG_INVALID',
        details: { file: path, problems: 4 },
        problems: [{ line: 1, field: 'station' }, {}, {}, {}],
        more: 0,
      },
    });
  });

  test('says what an empty list of slots means', async () => {
    const path = await file('no-slots.yaml', 'station: line-1\nslots: []\n');
    const [line] = await expectRefusal(
      ['station', '--config', path, '--data', join(folder, 'e'), ...virtual],
      'CONFIG_INVALID',
    );
    expect(line).toMatch(/line 2: slots: is an empty list, so no port would be a slot/);
  });

  test('says that the queue does not answer', async () => {
    const where = ['--data', join(folder, 'f'), '--redis', 'redis://127.0.0.1:1'];
    await expectRefusal(['coordinator', '--port', '0', ...where], 'QUEUE_UNREACHABLE', 3);
    await expectRefusal(['worker', ...where, ...virtual], 'QUEUE_UNREACHABLE', 3);
  });
});

test('a station without a built dashboard says how to build it', () => {
  expect(dashboardWords(null).join('\n')).toContain('npm run build');
  expect(dashboardWords('/dist')).toEqual([]);
});

test('a station without boards or USB runs, says so, and says what to do', async () => {
  const station = new Running(['station', '--data', join(folder, 'g'), '--port', '0']);
  await station.says(/is running: (\S+)/);
  await station.says(/No boards yet|USB/);
  expect(await station.stop()).toBe(0);
});
