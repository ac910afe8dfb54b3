import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { F405 } from '../chip/parts/f4-f7.ts';
import { HeldClock } from '../usbip/testing/held-clock.ts';
import { Application } from './application.ts';
import { type ApplicationSpec, parseApplicationSpec } from './application-spec.ts';
import { chipUid } from './chip-facts.ts';

const CHIP = { part: F405, seed: 1, dfuSerial: '327635723235' };
const MSP_REBOOT_ROM = [0x24, 0x4d, 0x3c, 0x01, 0x44, 0x01, 0x44];
const MSP_REBOOT_FLASH = [0x24, 0x4d, 0x3c, 0x01, 0x44, 0x04, 0x41];

function running(spec: ApplicationSpec = {}) {
  const clock = new HeldClock();
  const said: number[] = [];
  const restarts: string[] = [];
  const application = new Application(
    parseApplicationSpec(spec),
    CHIP,
    { clock, speed: 1 },
    {
      say: (bytes) => void said.push(...bytes),
      restart: (into) => void restarts.push(into),
    },
  );
  const hear = (what: string | readonly number[]) =>
    application.hear(typeof what === 'string' ? Buffer.from(what) : Uint8Array.from(what));
  const later = async (ms: number) => {
    clock.pass(ms);
    await new Promise((resolve) => setImmediate(resolve));
    return [...restarts];
  };
  return { application, hear, later, restarts, said, text: () => Buffer.from(said).toString('latin1') };
}

describe('the character R', () => {
  test('alone leads into the bootloader, 100 ms later', async () => {
    const { hear, later } = running();
    hear('R');
    expect(await later(99)).toEqual([]);
    expect(await later(1)).toEqual(['dfu']);
  });

  test.each(['Rx', 'R\r', 'R$', 'RR#'])('with something right behind it does not: %j', async (sent) => {
    const { hear, later } = running();
    hear(sent);
    expect(await later(1000)).toEqual([]);
  });

  test('is taken back by a later packet within the 100 ms, and not by one after them', async () => {
    const { hear, later } = running();
    hear('R');
    await later(50);
    hear('x');
    expect(await later(1000)).toEqual([]);
    hear('R');
    await later(100);
    hear('x');
    expect(await later(0)).toEqual(['dfu']);
  });

  test('inside a frame of MSP is a byte like any other', async () => {
    const { hear, later } = running();
    hear([0x24, 0x4d, 0x3c, 1, 0x52, 0x52]);
    hear([1 ^ 0x52 ^ 0x52]);
    expect(await later(1000)).toEqual([]);
  });

  test('means nothing to a firmware that does not know it, nor in a command line', async () => {
    const deaf = running({ accepts: ['msp'] });
    deaf.hear('R');
    expect(await deaf.later(1000)).toEqual([]);
    const { hear, later } = running({ console: 'always' });
    hear('R');
    expect(await later(1000)).toEqual([]);
  });

  test('means nothing any more when nobody is there', async () => {
    const { application, hear, later } = running();
    hear('R');
    application.stop();
    expect(await later(1000)).toEqual([]);
  });
});

describe('MSP', () => {
  const asked = (request: readonly number[], spec?: ApplicationSpec) => {
    const { hear, said, restarts } = running(spec);
    hear(request);
    return { said, restarts };
  };

  test('tells its version, its board and its chip', () => {
    expect(asked([0x24, 0x4d, 0x3c, 0, 1, 1]).said).toEqual([0x24, 0x4d, 0x3e, 3, 1, 0, 1, 46, 3 ^ 1 ^ 1 ^ 46]);
    const board = asked([0x24, 0x4d, 0x3c, 0, 4, 4]).said;
    expect(Buffer.from(board.slice(5, 9)).toString()).toBe('VIRT');
    expect(board[12], 'no bootloader of its own').toBe(0b0000_0001);
    expect(Buffer.from(board.slice(14, 18)).toString()).toBe('F405');
    expect(asked([0x24, 0x4d, 0x3c, 0, 4, 4], { hasFlashBootloader: true }).said[12]).toBe(0b0000_1001);
    const uid = asked([0x24, 0x4d, 0x3c, 0, 0xa0, 0xa0]).said;
    expect([uid.length, uid.slice(5, 17)]).toEqual([18, [...chipUid(CHIP)]]);
  });

  test('reboots into the ROM, into a bootloader of its own if there is one, or into itself, and answers first', () => {
    expect(asked(MSP_REBOOT_ROM)).toEqual({ said: [0x24, 0x4d, 0x3e, 1, 0x44, 1, 0x44], restarts: ['dfu'] });
    expect(asked(MSP_REBOOT_FLASH)).toEqual({ said: [0x24, 0x4d, 0x21, 0, 0x44, 0x44], restarts: [] });
    expect(asked(MSP_REBOOT_FLASH, { hasFlashBootloader: true }).restarts).toEqual(['dfu']);
    expect(asked([0x24, 0x4d, 0x3c, 1, 0x44, 0, 0x45]).restarts).toEqual(['application']);
    expect(asked([0x24, 0x4d, 0x3c, 0, 0x44, 0x44]).restarts, 'no mode is the firmware').toEqual(['application']);
    expect(asked(MSP_REBOOT_ROM, { accepts: ['character'] }).restarts).toEqual([]);
  });

  test('refuses what it does not know, and says nothing to a wrong checksum', () => {
    expect(asked([0x24, 0x4d, 0x3c, 0, 99, 99]).said).toEqual([0x24, 0x4d, 0x21, 0, 99, 99]);
    expect(asked([...MSP_REBOOT_ROM.slice(0, -1), 0x45])).toEqual({ said: [], restarts: [] });
  });

  test('is understood however it is cut, and after anything else', () => {
    const { hear, restarts } = running();
    hear('xyz$M>');
    for (const byte of MSP_REBOOT_ROM) hear([byte]);
    expect(restarts).toEqual(['dfu']);
  });

  test('of any bytes never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (packets) => {
        const { hear } = running({ accepts: ['character', 'msp', 'cli-bl', 'cli-dfu'] });
        for (const packet of packets) hear([...packet]);
      }),
    );
  });
});

test('the id of a chip makes the serial of its bootloader as the ROM makes it', () => {
  const halves = new Uint16Array(chipUid(CHIP).buffer);
  const [u0 = 0, u1 = 0, , u3 = 0, u4 = 0, u5 = 0] = halves;
  const hex = (half: number) => (half & 0xffff).toString(16).toUpperCase().padStart(4, '0');
  expect(hex(u1 + u5) + hex(u0 + u4 + 0x000a) + hex(u3)).toBe('327635723235');
  expect(chipUid({ ...CHIP, dfuSerial: 'STM32', seed: 2 })).toEqual(chipUid({ ...CHIP, dfuSerial: 'AT32', seed: 2 }));
});

describe('the command line', () => {
  async function opened(spec?: ApplicationSpec) {
    const made = running(spec);
    made.hear('#');
    await made.later(100);
    expect(made.text()).toBe("\r\nEntering CLI Mode, type 'exit' to return, or 'help'\r\n\r\n# ");
    made.said.length = 0;
    return made;
  }

  test('opens 100 ms after a # that nothing follows', async () => {
    await opened();
    const { hear, later, said } = running();
    hear('#\r');
    await later(1000);
    expect(said, 'Betaflight of 2026').toEqual([]);
    const older = running({ cancels: 'packet' });
    older.hear('####\r\n');
    await older.later(100);
    expect(older.text(), 'Betaflight until then, and iNav').toContain('Entering CLI Mode');
    const interrupted = running({ cancels: 'packet' });
    interrupted.hear('#');
    interrupted.hear('x');
    await interrupted.later(1000);
    expect(interrupted.said).toEqual([]);
  });

  test('echoes, prints its version, and takes CR LF for one line end', async () => {
    const { hear, text } = await opened({ version: 'Flightsoft 1.2' });
    hear('vX\bersion\r\n');
    expect(text()).toBe('vXersion\r\n# Flightsoft 1.2\r\n# ');
  });

  test.each([
    ['bl', ['cli-bl'], ['dfu']],
    ['bl rom', ['cli-bl'], ['dfu']],
    ['bl flash', ['cli-bl'], []],
    ['dfu', ['cli-bl'], []],
    ['dfu', ['cli-dfu'], ['dfu']],
    ['bl', ['cli-dfu'], []],
    ['exit', [], ['application']],
    ['save', [], ['application']],
    ['exit noreboot', [], []],
    ['exit norebooting', [], ['application']],
    ['sa\x04', [], []],
    ['save # and go', [], ['application']],
    ['# save', [], []],
    ['\x04', [], ['application']],
    ['erase all', [], []],
  ] as const)('%j to a firmware that accepts %j restarts it: %j', async (line, accepts, expected) => {
    const { hear, restarts } = await opened({ accepts });
    hear(`${line}\r`);
    expect(restarts).toEqual(expected);
  });

  test('is left without a restart where the firmware can, and opens again at the next #', async () => {
    const { hear, later, said, text } = await opened();
    hear('exit noreboot\r\n');
    expect(text()).toContain('leaving CLI mode');
    said.length = 0;
    hear('version\r\n');
    expect(said, 'nobody listens to a line any more').toEqual([]);
    hear('#');
    await later(100);
    expect(text()).toContain('Entering CLI Mode');
    const older = await opened({ exits: 'reboots' });
    older.hear('exit noreboot\r\n');
    expect(older.restarts).toEqual(['application']);
  });

  test('says what it does not know, and keeps no more of a line than it has room for', async () => {
    const { hear, text } = await opened();
    hear(`${'x'.repeat(10_000)}\n`);
    expect(text()).toBe(`${'x'.repeat(256)}\r\n###ERROR IN ${'x'.repeat(256)}: UNKNOWN COMMAND###\r\n# `);
  });

  test('that is always open needs no #', () => {
    const { hear, text } = running({ console: 'always', version: 'Pump 3' });
    hear('version\n');
    expect(text()).toContain('# Pump 3');
  });

  test('that announces itself says its version whenever its port is opened, and cannot be left', () => {
    const { application, hear, said, text } = running({ console: 'announces', version: 'Pump 3' });
    expect(said).toEqual([]);
    application.setReady(true);
    application.setReady(true);
    expect(text()).toBe('\r\nPump 3\r\n');
    application.setReady(false);
    hear('exit noreboot\r');
    application.setReady(true);
    hear('version\r');
    expect(text().match(/Pump 3/g)?.length).toBe(3);
  });
});

test('a firmware whose cable was pulled starts anew: its command line is closed', async () => {
  const { application, hear, later, said } = running();
  hear('#');
  await later(100);
  application.stop();
  said.length = 0;
  hear('version\r');
  hear([0x24, 0x4d, 0x3c, 0, 1, 1]);
  expect(said[2]).toBe(0x3e);
});

describe('the lines of the serial port', () => {
  test('opened and closed at 1200 baud are a sign to a firmware that knows it', () => {
    const { application, restarts } = running({ accepts: ['touch-1200'] });
    application.setReady(true);
    application.setBaud(1200);
    expect(restarts, 'as long as it is open').toEqual([]);
    application.setReady(false);
    expect(restarts).toEqual(['dfu']);
  });

  test('opened and closed otherwise are none, and neither to a firmware that does not know it', () => {
    const { application, restarts } = running({ accepts: ['touch-1200'] });
    application.setBaud(1200);
    application.setReady(false);
    application.setBaud(115_200);
    application.setReady(true);
    application.setReady(false);
    const usual = running();
    usual.application.setReady(true);
    usual.application.setBaud(1200);
    usual.application.setReady(false);
    expect([restarts, usual.restarts]).toEqual([[], []]);
  });
});

describe('DFU DETACH', () => {
  test('leads into the bootloader at a reset of the bus within the time that was given', async () => {
    const { application, later, restarts } = running({ accepts: ['dfu-detach'] });
    application.busReset();
    expect(restarts, 'a reset that nothing went before').toEqual([]);
    application.detach(1000);
    await later(999);
    expect(application.isDetaching).toBe(true);
    application.busReset();
    expect([application.isDetaching, restarts]).toEqual([false, ['dfu']]);
  });

  test('is over after that time, and a second one counts anew', async () => {
    const { application, later, restarts } = running({ accepts: ['dfu-detach'] });
    application.detach(1000);
    await later(900);
    application.detach(1000);
    await later(900);
    expect(application.isDetaching).toBe(true);
    await later(100);
    application.busReset();
    expect([application.isDetaching, restarts]).toEqual([false, []]);
  });

  test('needs no reset where the firmware says that it detaches itself', () => {
    const { application, restarts } = running({ accepts: ['dfu-detach'], willDetach: true });
    application.detach(1000);
    expect(restarts).toEqual(['dfu']);
  });
});

test.each([
  [{ accepts: ['telepathy'] }, 'application.accepts[0]'],
  [{ accepts: 'msp' }, 'application.accepts'],
  [{ accepts: Array(17).fill('msp') }, 'application.accepts'],
  [{ version: 'x'.repeat(201) }, 'application.version'],
  [{ cancels: 'never' }, 'application.cancels'],
  [{ console: 1 }, 'application.console'],
  [{ exits: 'never' }, 'application.exits'],
  [{ colour: 'red' }, 'application.colour'],
])('a firmware %j is refused, with the field %s', (value, field) => {
  expect(() => parseApplicationSpec(value)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', details: expect.objectContaining({ field }) }),
  );
});
