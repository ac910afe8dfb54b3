import { BootloaderEntry } from '@flashline/contracts';
import { describe, expect, test } from 'vitest';
import { JumpingClock } from '../testing/jumping-clock.ts';
import { type Hands, ScriptedBoard } from '../testing/scripted-board.ts';
import { askIntoBootloader, type SerialEntry } from './ask-into-bootloader.ts';
import { mspRequest } from './msp-frame.ts';

const [BOARD_INFO, REBOOT] = [4, 68];
const PROMPT = '\r\n# ';
const GREETING = `\r\nEntering CLI Mode, type 'exit' to reboot, or 'help'\r\n${PROMPT}`;

/** Asks a board that answers so; what happened on its port, and when it was over. */
async function asked(entry: object, answer: (told: string, hands: Hands) => void = () => {}, signal?: AbortSignal) {
  const clock = new JumpingClock();
  const board = new ScriptedBoard(clock, answer);
  const outcome = await askIntoBootloader(board, '1-1', BootloaderEntry.parse(entry) as SerialEntry, {
    clock,
    signal,
  }).then(
    () => 'asked',
    (thrown: unknown) => thrown,
  );
  return { outcome, events: board.events, tookMs: clock.now() };
}

/** The answer to an MSP request: `$M>` or, refused, `$M!`. */
function answerTo(command: number, payload: readonly number[], direction = '>'): Uint8Array {
  const frame = mspRequest(command, payload);
  frame[2] = direction.charCodeAt(0);
  return frame;
}

const bytes = (...frame: number[]) => `write ${Buffer.from(frame).toString('latin1')}`;
const INFO_ASKED = bytes(0x24, 0x4d, 0x3c, 0x00, 0x04, 0x04);
const ROM_ASKED = bytes(0x24, 0x4d, 0x3c, 0x01, 0x44, 0x01, 0x44);
const FLASH_ASKED = bytes(0x24, 0x4d, 0x3c, 0x01, 0x44, 0x04, 0x41);
const boardInfo = (capabilities: number) => answerTo(BOARD_INFO, [0x56, 0x49, 0x52, 0x54, 0, 0, 0, capabilities, 4]);

describe('by a character', () => {
  test('is that byte, alone, and half a second in which the board may go', async () => {
    const { outcome, events, tookMs } = await asked({ by: 'character' });
    expect([outcome, ...events]).toEqual(['asked', 'open 115200', 'write R', 'close']);
    expect(tookMs).toBe(500);
  });

  test('is over as soon as the board has gone', async () => {
    const { outcome, events, tookMs } = await asked({ by: 'character', character: 'F' }, (told, { after, leave }) => {
      if (told === 'write F') after(120, leave);
    });
    expect([outcome, ...events]).toEqual(['asked', 'open 115200', 'write F', 'close']);
    expect(tookMs).toBe(120);
  });
});

describe('by MSP', () => {
  test.each([
    ['has one of its own in flash', 0b0000_1001, FLASH_ASKED],
    ['has none but its ROM', 0b1111_0111, ROM_ASKED],
  ])('asks for the bootloader that the board %s', async (_, capabilities, reboot) => {
    const { outcome, events } = await asked({ by: 'msp' }, (told, { say, leave }) => {
      if (told === INFO_ASKED) say(boardInfo(capabilities));
      if (told === reboot) leave();
    });
    expect([outcome, ...events]).toEqual(['asked', 'open 115200', INFO_ASKED, reboot, 'close']);
  });

  test.each([
    ['refuses to tell', answerTo(BOARD_INFO, [], '!')],
    ['tells too little of itself', answerTo(BOARD_INFO, [0x56, 0x49, 0x52, 0x54, 0, 0])],
  ])('asks for the ROM of a board that %s', async (_, told) => {
    const { events } = await asked({ by: 'msp' }, (asks, { say, leave }) => {
      if (asks === INFO_ASKED) say(told);
      if (asks === ROM_ASKED) leave();
    });
    expect(events).toContain(ROM_ASKED);
  });

  test.each([
    ['rom', ROM_ASKED],
    ['flash', FLASH_ASKED],
  ])('into %s does not ask before', async (into, reboot) => {
    const { outcome, events } = await asked({ by: 'msp', into }, (told, { say, after, leave }) => {
      if (told !== reboot) return;
      say(answerTo(REBOOT, [into === 'rom' ? 1 : 4]));
      after(100, leave);
    });
    expect([outcome, ...events]).toEqual(['asked', 'open 115200', reboot, 'close']);
  });

  test('puts an answer together however it comes, with anything around it', async () => {
    const { outcome } = await asked({ by: 'msp' }, (told, { say, leave, after }) => {
      const pieces = [...Buffer.from('$M>#$M<'), ...boardInfo(8), 0x24];
      if (told === INFO_ASKED) for (const [n, byte] of pieces.entries()) after(n, () => say(Uint8Array.of(byte)));
      if (told === FLASH_ASKED) leave();
    });
    expect(outcome).toBe('asked');
  });

  test('is asked when the answer to the last word was lost, by a board that answered before', async () => {
    const { outcome } = await asked({ by: 'msp' }, (told, { say }) => {
      if (told === INFO_ASKED) say(boardInfo(0));
    });
    expect(outcome).toBe('asked');
  });

  test.each([['auto'], ['rom']])('into %s fails when the board says nothing', async (into) => {
    const { outcome, events, tookMs } = await asked({ by: 'msp', into });
    expect(outcome).toMatchObject({ code: 'BOARD_SILENT', details: { path: '1-1', limitMs: 1000 } });
    expect([events.at(-1), tookMs]).toEqual(['close', 1000]);
  });

  test('fails when the board refuses', async () => {
    const { outcome } = await asked({ by: 'msp', into: 'flash' }, (told, { say }) => {
      if (told === FLASH_ASKED) say(answerTo(REBOOT, [], '!'));
    });
    expect(outcome).toMatchObject({ code: 'BOOTLOADER_NOT_ENTERED', details: { refused: 'MSP_REBOOT', mode: 4 } });
  });

  test('is done when the board vanishes at the first question', async () => {
    const { outcome, events } = await asked({ by: 'msp' }, (told, { leave }) => {
      if (told === INFO_ASKED) leave();
    });
    expect([outcome, events.length]).toEqual(['asked', 3]);
  });
});

describe('by a command line', () => {
  test('of Betaflight hails with # alone, waits for the prompt, and sends the command', async () => {
    const { outcome, events } = await asked({ by: 'cli' }, (told, { say, after, leave }) => {
      if (told === 'write #') after(100, () => say(GREETING));
      if (told === 'write bl\r\n') after(5, leave);
    });
    expect([outcome, ...events]).toEqual(['asked', 'open 115200', 'write #', 'write bl\r\n', 'close']);
  });

  test('is not spoken to between its greeting and its prompt', async () => {
    const { events, tookMs } = await asked({ by: 'cli' }, (told, { say, after, leave }) => {
      if (told === 'write #') {
        after(100, () => say('\r\nEntering CLI Mode'));
        after(250, () => say(`, type 'exit' to reboot\r\n${PROMPT}`));
      }
      if (told === 'write bl\r\n') leave();
    });
    expect([events.at(-2), tookMs]).toEqual(['write bl\r\n', 250]);
  });

  test('of iNav hails with four and a line end', async () => {
    const { outcome, events } = await asked(
      { by: 'cli', hail: '####', command: 'dfu' },
      (told, { say, after, leave }) => {
        if (told === 'write ####\r\n') after(1900, () => say(GREETING));
        if (told === 'write dfu\r\n') leave();
      },
    );
    expect([outcome, ...events]).toEqual(['asked', 'open 115200', 'write ####\r\n', 'write dfu\r\n', 'close']);
  });

  test('that is always there is not hailed', async () => {
    const { outcome, events } = await asked({ by: 'cli', hail: '', command: 'reboot_dfu' });
    expect([outcome, ...events]).toEqual(['asked', 'open 115200', 'write reboot_dfu\r\n', 'close']);
  });

  test('that somebody left open is found by its prompt', async () => {
    const { outcome, events } = await asked({ by: 'cli' }, (told, { say, leave }) => {
      if (told === 'write #') say('#');
      if (told === 'write \r\n') say(PROMPT);
      if (told === 'write bl\r\n') leave();
    });
    expect([outcome, ...events]).toEqual(['asked', 'open 115200', 'write #', 'write \r\n', 'write bl\r\n', 'close']);
  });

  test.each([
    ['#', 2000],
    ['####', 3000],
  ])('that does not open at %s fails', async (hail, limitMs) => {
    const { outcome, tookMs } = await asked({ by: 'cli', hail });
    expect(outcome).toMatchObject({ code: 'BOARD_SILENT', details: { path: '1-1', hail } });
    expect(tookMs).toBe(limitMs);
  });

  test('that asks for the next command has refused', async () => {
    const { outcome } = await asked({ by: 'cli', command: 'dfu' }, (told, { say }) => {
      if (told === 'write #') say(GREETING);
      if (told === 'write dfu\r\n') say(`dfu\r\n###ERROR IN dfu: UNKNOWN COMMAND###\r\n${PROMPT}`);
    });
    expect(outcome).toMatchObject({
      code: 'BOOTLOADER_NOT_ENTERED',
      details: { command: 'dfu', answer: '###ERROR IN dfu: UNKNOWN COMMAND###' },
    });
  });
});

describe('by a touch at 1200 baud', () => {
  test('opens at that speed and hangs up', async () => {
    const { outcome, events } = await asked({ by: 'touch-1200' }, (told, { leave }) => {
      if (told === 'hang up') leave();
    });
    expect([outcome, ...events]).toEqual(['asked', 'open 1200', 'hang up', 'close']);
  });

  test('leaves the port of a board that stayed at another speed', async () => {
    const { outcome, events, tookMs } = await asked({ by: 'touch-1200' });
    expect([outcome, ...events]).toEqual(['asked', 'open 1200', 'hang up', 'baud 115200', 'close']);
    expect(tookMs).toBe(500);
  });
});

describe('the port', () => {
  test('is let go when the asking is called off, which fails with the reason', async () => {
    const reason = new Error('enough');
    const giving = new AbortController();
    const { outcome, events } = await asked(
      { by: 'msp' },
      (told, { after }) => {
        if (told === INFO_ASKED) after(10, () => giving.abort(reason));
      },
      giving.signal,
    );
    expect(outcome).toBe(reason);
    expect(events.at(-1)).toBe('close');
  });

  test('of a board that takes nothing is let go after a second', async () => {
    const clock = new JumpingClock();
    const line = { device: 'fake', ended: new AbortController().signal };
    const never = () => new Promise<void>(() => {});
    const ports = { open: async () => ({ ...line, write: never, setBaud: never, hangUp: never, close: never }) };
    await expect(askIntoBootloader(ports, '1-1', { by: 'character', character: 'R' }, { clock })).rejects.toMatchObject(
      { code: 'BOARD_SILENT', details: { path: '1-1', limitMs: 1000 } },
    );
    expect(clock.now(), 'and does not keep us by its close either').toBe(2000);
  });

  test('that does not open is the fault it is', async () => {
    const clock = new JumpingClock();
    const asking = askIntoBootloader(new ScriptedBoard(clock), '1-9', { by: 'character', character: 'R' }, { clock });
    await expect(asking).rejects.toMatchObject({ code: 'BOARD_SILENT', details: { path: '1-9' } });
  });
});
