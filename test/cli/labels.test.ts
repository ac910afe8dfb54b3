import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Direct } from '../support/direct.ts';
import { BLINKY, Line } from '../support/line.ts';
import { flashline } from '../support/processes.ts';

const CLI = fileURLToPath(new URL('../../apps/cli/bin/flashline.mjs', import.meta.url));
const FILE = `station: line-1
slots:
  - { path: 1-1.2, label: Left }
  - { path: 1-1.1, label: Right }
  - { path: 1-1.4, label: Rework }
`;

let line: Line;
let direct: Direct;
let config: string;

beforeEach(async () => {
  line = await Line.open(3);
  direct = new Direct(line);
  config = direct.inFolder('station.yaml');
  await writeFile(config, FILE);
});
afterEach(() => line.close());

test('the labels of the station file choose boards, and stand beside their ports in every result', async () => {
  await line.plug('1-1.1');
  await line.plug('1-1.2');
  for (const command of ['flash', 'verify', 'read', 'erase', 'boot', 'info']) {
    const images = command === 'flash' || command === 'verify' ? [BLINKY] : [];
    const more = { flash: ['--stay'], erase: ['--all-flash', '--yes'] }[command] ?? [];
    const finished = await direct.run(command, ...images, ...more, '--slot', 'Left', '--config', config, '--json');
    expect(finished.code, `${command}: ${finished.stderr}`).toBe(0);
    const { boards, results = boards } = JSON.parse(finished.stdout) as Record<string, unknown>;
    expect(results, command).toMatchObject([{ slot: '1-1.2', label: 'Left' }]);
  }
  const shown = await direct.run('verify', BLINKY, '--all', '--config', config);
  expect(shown.stdout).toMatch(/^Right +FAIL[\s\S]*^Left +FAIL/m);
  // A variable of the environment says it as well.
  const finished = await flashline(['info', '--slot', 'Right', '--json', ...direct.options('info')], {
    FLASHLINE_CONFIG: config,
  });
  expect(JSON.parse(finished.stdout)).toMatchObject({ boards: [{ slot: '1-1.1', label: 'Right' }] });
});

test('list shows labels, ports that have none, and ports in the order of their numbers', async () => {
  for (const port of ['1-1.10', '1-1.2', '1-1.1', '1-1.9']) await line.plug(port);
  const { stdout } = await direct.run('list', '--config', config);
  const rows = stdout.trim().split('\n').slice(2);
  expect(rows.map((row) => row.split(/ +/).slice(0, 2))).toEqual([
    ['Right', '1-1.1'],
    ['Left', '1-1.2'],
    ['-', '1-1.9'],
    ['-', '1-1.10'],
  ]);
});

test('a label whose port is empty is told from one that nobody gave', async () => {
  await line.plug('1-1.1');
  const empty = await direct.run('read', '--slot', 'Rework', '--config', config);
  expect(empty.stderr).toMatch(/^SLOT_UNKNOWN: .*port 1-1\.4 is empty/);
  const unknown = await direct.run('read', '--slot', 'A7', '--config', config);
  expect(unknown.stderr).toMatch(/^SLOT_UNKNOWN: .*\(slot: A7\)/);
});

test('a label that is the path of another port is a question back', async () => {
  await writeFile(config, 'station: a\nslots: [{ path: 1-1.1, label: 1-1.2 }]\n');
  await line.plug('1-1.1');
  await line.plug('1-1.2');
  const { stderr } = await direct.run('read', '--slot', '1-1.2', '--config', config);
  expect(stderr).toMatch(/^SLOT_AMBIGUOUS: /);
});

test('station.yaml in the working folder is taken by itself, but not for virtual boards', async () => {
  const here = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], { cwd: line.folder });
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  expect(await here('slots', '--json')).toMatchObject({ station: 'line-1', slots: [{ label: 'Left' }, {}, {}] });
  const virtual = await here('slots', '--json', '--virtual', '1', '--virtual-speed', '0');
  expect(virtual).toMatchObject({ station: 'station-1', slots: [{ label: 'A1' }] });
});
