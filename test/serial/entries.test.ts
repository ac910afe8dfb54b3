import { BootloaderEntry, type SerialPorts, VersionCheck } from '@flashline/contracts';
import { systemClock } from '@flashline/dfuse';
import { askIntoBootloader, type SerialEntry, versionLines } from '@flashline/serial';
import {
  type ApplicationSpec,
  type BootloaderWay,
  connectBench,
  serveBench,
  VirtualBench,
  VirtualClock,
} from '@flashline/virtual-boards';
import { afterEach, describe, expect, test } from 'vitest';

const entry = (value: object) => BootloaderEntry.parse(value) as SerialEntry;
const PATH = '1-1';

/** A board that runs this firmware, in virtual time, and what it has become when a question has had its effect. */
function boardWith(application: ApplicationSpec) {
  const clock = new VirtualClock();
  const bench = new VirtualBench({ clock });
  bench.plug(PATH, { mode: 'application', contents: 'used', application });
  const ask = async (asked: SerialEntry) => {
    const outcome: unknown = await askIntoBootloader(bench.serial, PATH, asked, { clock }).then(
      () => 'asked',
      (thrown: { code: string }) => thrown.code,
    );
    await clock.sleep(5000);
    return { outcome, mode: (await bench.list())[0]?.mode };
  };
  const version = (check: object) =>
    versionLines(bench.serial, PATH, VersionCheck.parse(check), { clock, limitMs: 2000 });
  return { bench, clock, ask, version };
}

/** Every way of asking, with the firmware to which it belongs and the ways of that firmware that it goes. */
const ASKED: readonly [name: string, SerialEntry, ApplicationSpec, readonly BootloaderWay[]][] = [
  ['the character R', entry({ by: 'character' }), {}, ['character']],
  ['MSP', entry({ by: 'msp' }), {}, ['msp']],
  ['MSP into flash', entry({ by: 'msp' }), { hasFlashBootloader: true }, ['msp']],
  ['MSP, told to go into the ROM', entry({ by: 'msp', into: 'rom' }), {}, ['msp']],
  ['# and bl', entry({ by: 'cli' }), {}, ['cli-bl']],
  ['# and bl, of an older Betaflight', entry({ by: 'cli' }), { cancels: 'packet' }, ['cli-bl']],
  ['#### and dfu', entry({ by: 'cli', hail: '####', command: 'dfu' }), { cancels: 'packet' }, ['cli-dfu']],
  ['dfu straight away', entry({ by: 'cli', hail: '', command: 'dfu' }), { console: 'always' }, ['cli-dfu']],
  ['# and bl on a console', entry({ by: 'cli' }), { console: 'announces' }, ['cli-bl']],
  ['a touch at 1200 baud', entry({ by: 'touch-1200' }), {}, ['touch-1200']],
];
const WAYS: readonly BootloaderWay[] = ['character', 'msp', 'cli-bl', 'cli-dfu', 'touch-1200', 'dfu-detach'];

describe.each(ASKED)('a board that is asked by %s', (_name, asked, firmware, ways) => {
  test.each(WAYS.filter((way) => ways.includes(way)))('and accepts %s comes back in its bootloader', async (way) => {
    const { ask } = boardWith({ ...firmware, accepts: [way] });
    expect(await ask(asked)).toEqual({ outcome: 'asked', mode: 'dfu' });
  });

  test.each(WAYS.filter((way) => !ways.includes(way)))('and accepts only %s goes on running', async (way) => {
    const { ask } = boardWith({ ...firmware, accepts: [way] });
    expect((await ask(asked)).mode).toBe('application');
  });
});

test('a board that refuses says so: MSP and command lines do, a character and a touch cannot', async () => {
  const refusing: ApplicationSpec = { accepts: [] };
  const outcomes = [];
  for (const by of ['msp', 'cli', 'character', 'touch-1200'])
    outcomes.push((await boardWith(refusing).ask(entry({ by }))).outcome);
  expect(outcomes).toEqual(['BOOTLOADER_NOT_ENTERED', 'BOOTLOADER_NOT_ENTERED', 'asked', 'asked']);
});

test('a newest Betaflight does not open its command line for #### and a line end, which is said', async () => {
  const { ask } = boardWith({ accepts: ['cli-dfu'] });
  const { outcome, mode } = await ask(entry({ by: 'cli', hail: '####', command: 'dfu' }));
  expect([outcome, mode]).toEqual(['BOARD_SILENT', 'application']);
});

describe('the version of a running board', () => {
  test.each([
    ['a newest Betaflight', {}, { contains: '2025.12' }],
    [
      'an older one',
      { version: 'Betaflight / S405 4.5.1', exits: 'reboots', cancels: 'packet' },
      { contains: '4.5.1' },
    ],
    [
      'iNav',
      { version: 'INAV/F405 8.0', exits: 'reboots', cancels: 'packet' },
      { hail: '####', contains: 'INAV/F405' },
    ],
    ['a console', { version: 'Pump 3', console: 'always' }, { hail: '', contains: 'Pump 3' }],
    ['a console that speaks first', { version: 'Pump 3', console: 'announces' }, { command: null, contains: 'Pump 3' }],
  ] as const)('is told by %s, which goes on running', async (_, firmware, check) => {
    const { bench, clock, version } = boardWith(firmware);
    expect((await version(check)).at(-1)).toContain(check.contains);
    await clock.sleep(5000);
    expect(await bench.list(), 'the same stay on the bus').toMatchObject([{ mode: 'application', address: 1 }]);
  });

  test('leaves nothing open where it need not: the next one who asks is heard', async () => {
    const { ask, version } = boardWith({});
    await version({ contains: '2025.12' });
    expect(await ask(entry({ by: 'character' }))).toEqual({ outcome: 'asked', mode: 'dfu' });
  });

  test('of a Betaflight that would restart leaves it in its command line, where only that way leads on', async () => {
    const { ask, version } = boardWith({ version: 'Betaflight / S405 4.5.1', exits: 'reboots' });
    await version({ contains: '4.5.1' });
    expect((await ask(entry({ by: 'character' }))).mode).toBe('application');
    expect((await ask(entry({ by: 'msp' }))).outcome).toBe('BOARD_SILENT');
    expect((await version({ contains: '4.5.1' })).at(-1)).toContain('4.5.1');
    expect(await ask(entry({ by: 'cli' }))).toEqual({ outcome: 'asked', mode: 'dfu' });
  });
});

describe('over the wire of a served bench', () => {
  const endings: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  async function served(application: ApplicationSpec = {}) {
    const bench = new VirtualBench({ clock: systemClock(), speed: 0.1 });
    bench.plug(PATH, { mode: 'application', contents: 'used', application });
    const server = await serveBench(bench);
    const remote = await connectBench(server.address);
    endings.push(
      () => bench.close(),
      () => server.close(),
      () => remote.close(),
    );
    // The shape that the one library offers is the one that the other takes.
    const ports: SerialPorts = remote.serial;
    return { bench, server, ports };
  }

  test.each(ASKED.map(([name, asked, firmware, ways]) => [name, asked, { ...firmware, accepts: ways }] as const))(
    'a board is asked by %s',
    async (_, asked, application) => {
      const { bench, ports } = await served(application);
      const returned = new Promise<void>((resolve) => {
        bench.watch(() => void (bench.board(PATH).presence === 'dfu' && resolve()));
      });
      await askIntoBootloader(ports, PATH, asked, { clock: systemClock() });
      await returned;
    },
  );

  test('a board tells its version', async () => {
    const { ports } = await served({ version: 'Pump 3', console: 'announces' });
    const check = VersionCheck.parse({ command: null, contains: 'Pump' });
    expect(await versionLines(ports, PATH, check, { clock: systemClock(), limitMs: 2000 })).toEqual(['Pump 3']);
  });

  test('a line ends with its board, with the bench, and when it is closed', async () => {
    const { bench, server, ports } = await served();
    const open = () => ports.open(PATH, { baudRate: 9600, hear: () => {} });
    const endOf = (signal: AbortSignal) =>
      new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));

    const first = await open();
    await expect(open()).rejects.toMatchObject({ code: 'USB_BUSY', details: { path: PATH } });
    const closed = endOf(first.ended);
    await first.close();
    await closed;

    const second = await open();
    const pulled = endOf(second.ended);
    bench.unplug(PATH);
    await pulled;
    await second.write(Uint8Array.of(0x52));
    await expect(open()).rejects.toMatchObject({ code: 'BOARD_SILENT', details: { path: PATH } });

    bench.replug(PATH);
    const third = await open();
    const gone = endOf(third.ended);
    await server.close();
    await gone;
    await Promise.all([third.write(Uint8Array.of(0x52)), third.setBaud(1200), third.hangUp(), third.close()]);
  });

  test('a client that dies lets go of its lines', async () => {
    const { bench, server, ports } = await served();
    await ports.open(PATH, { baudRate: 9600, hear: () => {} });
    await server.close();
    const again = await serveBench(bench);
    const remote = await connectBench(again.address);
    endings.push(
      () => again.close(),
      () => remote.close(),
    );
    const line = await remote.serial.open(PATH, { baudRate: 9600, hear: () => {} });
    expect(line.device).toBe('virtual 1-1');
  });
});
