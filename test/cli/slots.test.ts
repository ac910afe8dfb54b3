import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Line } from '../support/line.ts';
import { flashline, Running } from '../support/processes.ts';
import { HAS_TERMINALS, Terminal } from '../support/terminal.ts';

const CTRL_C = '\u0003';
const FILE = `# Line 1.
station: line-1
slots:
  - { path: 1-1.1, label: A1, group: left } # the stiff one
  - { path: '1-1.[2-3]', label: 'B{n}' }
startsPerHub: 2 # weak supply
`;

let line: Line;
let config: string;
let bench: string[];
let naming: string[];

beforeEach(async () => {
  line = await Line.open(4);
  config = join(line.folder, 'station.yaml');
  // Whatever runs on this computer has nothing to do with these boards.
  naming = ['--port', '1'];
  bench = ['--virtual-bench', line.benchAddress, '--virtual-speed', '0', '--config', config];
});
afterEach(() => line.close());

test('slots shows what sits where, and boards that sit on other ports', async () => {
  await writeFile(config, FILE);
  await line.plug('1-1.1');
  await line.plug('1-2.1');
  const { code, stdout } = await flashline(['slots', ...bench]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/A1 +1-1\.1 +left +- +board in its bootloader/);
  expect(stdout).toMatch(/B2 +1-1\.3 +- +- +empty/);
  expect(stdout).toMatch(/Not slots of this station:[\s\S]*1-2\.1 +board in its bootloader \(0483:df11\)/);
  const { stdout: json } = await flashline(['slots', '--json', ...bench]);
  expect(JSON.parse(json)).toMatchObject({
    station: 'line-1',
    slots: [{ label: 'A1', device: { path: '1-1.1', mode: 'dfu' } }, { label: 'B1', device: null }, { label: 'B2' }],
    others: [{ path: '1-2.1' }],
  });
});

test('the wizard takes the port of each board that is plugged in, and writes a new station file', async () => {
  await line.plug('1-1.4');
  const wizard = new Running(['slots', 'name', '--count', '2', '--label', 'S{n}', ...naming, ...bench]);
  await wizard.says(/Plugged in already: 1-1\.4\. Pull each/);
  await wizard.says(/\[1\/2\] Plug a board into the slot you call S1/);
  await line.plug('1-1.2');
  await wizard.says(/S1 is port 1-1\.2[\s\S]*\[2\/2\]/);
  await line.bench.unplug('1-1.4');
  await line.plug('1-1.4');
  expect(await wizard.ended).toBe(0);
  expect(await readFile(config, 'utf8')).toContain(
    'slots:\n  - { path: 1-1.2, label: S1 }\n  - { path: 1-1.4, label: S2 }\n',
  );
  const { stdout } = await flashline(['slots', ...bench]);
  expect(stdout).toMatch(/S2 +1-1\.4/);
});

test.skipIf(!HAS_TERMINALS)(
  'skip and back are heard, a port is not taken twice, and the file keeps what else is in it',
  async () => {
    await writeFile(config, FILE);
    const wizard = new Terminal(['slots', 'name', ...naming, ...bench]);
    await wizard.shows(/\[1\/3\].*A1/);
    await line.plug('1-1.4');
    await wizard.shows(/A1 is port 1-1\.4[\s\S]*\[2\/3\].*B1/);
    await line.bench.unplug('1-1.4');
    await line.plug('1-1.4');
    await wizard.shows(/Port 1-1\.4 is A1 already/);
    wizard.type('back\n');
    await wizard.shows(/is A1 already[\s\S]*\[1\/3\].*A1/);
    await line.plug('1-1.1');
    await wizard.shows(/A1 is port 1-1\.1/);
    wizard.type('skip\n');
    await wizard.shows(/B1 is skipped[\s\S]*\[3\/3\].*B2/);
    await line.plug('1-1.2');
    expect(await wizard.ended).toBe(0);
    expect(wizard.text).toContain('B1 is no slot any more');
    expect(await readFile(config, 'utf8')).toBe(`# Line 1.
station: line-1
slots:
  - { path: 1-1.1, label: A1, group: left } # the stiff one
  - { path: 1-1.2, label: B2 }
startsPerHub: 2 # weak supply
`);
  },
);

test.skipIf(!HAS_TERMINALS)('Ctrl-C writes nothing', async () => {
  await writeFile(config, FILE);
  const wizard = new Terminal(['slots', 'name', 'A1', 'A2', ...naming, ...bench]);
  await wizard.shows(/\[1\/2\]/);
  await line.plug('1-1.4');
  await wizard.shows(/\[2\/2\]/);
  wizard.type(CTRL_C);
  expect(await wizard.ended).toBe(1);
  expect(wizard.text).toContain('Nothing was written.');
  expect(await readFile(config, 'utf8')).toBe(FILE);
});

test('a file that is none is told before anybody plugs a board', async () => {
  await writeFile(config, 'slots: 3\n');
  const { code, stderr } = await flashline(['slots', 'name', 'A1', ...bench]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('CONFIG_INVALID')]);
  const nowhere = [...bench.slice(0, -1), join(line.folder, 'no/such/station.yaml')];
  expect((await flashline(['slots', 'name', 'A1', ...nowhere])).stderr).toContain('USAGE');
});

test('nobody is asked to plug boards in while a station works on them', async () => {
  await writeFile(config, FILE);
  const { running, client } = await line.station('--config', config);
  const port = new URL(client.url).port;
  await client.slotUntil('1-1.1', ({ state }) => state.is === 'empty');
  const refused = await flashline(['slots', 'name', 'A1', '--port', port, ...bench]);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain(`A station runs here: http://127.0.0.1:${port}/`);
  expect(await running.stop()).toBe(0);
  expect(await readFile(config, 'utf8')).toBe(FILE);
});

test('virtual slots are named only in a file that is named', async () => {
  const { code, stderr } = await flashline(['slots', 'name', 'A1', '--virtual', '1', ...naming]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^USAGE: .*--config/)]);
});

test('a running station is named anew over its API, and its file with it', async () => {
  await writeFile(config, FILE);
  await line.plug('1-1.2');
  await line.plug('1-1.4');
  const { client } = await line.station('--config', config);
  await client.slotUntil('1-1.2', ({ label }) => label === 'B1');
  const slots = [
    { path: '1-1.4', label: 'A1' },
    { path: '1-1.2', label: 'Z9', place: { row: 2, column: 1 } },
  ];
  const init = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ slots }) };
  const named = await client.json('stations/line-1/slots', init);
  expect(named).toMatchObject({ slots, keepsNames: true, others: [] });
  expect((await client.slots()).map(({ slot, label }) => `${slot} ${label}`)).toEqual(['1-1.4 A1', '1-1.2 Z9']);
  await client.slotUntil('1-1.4', ({ state }) => state.is === 'waiting');
  expect(await readFile(config, 'utf8')).toBe(`# Line 1.
station: line-1
slots:
  - { path: 1-1.4, label: A1 } # the stiff one
  - { path: 1-1.2, label: Z9, row: 2, column: 1 }
startsPerHub: 2 # weak supply
`);
});
