import { VersionCheck } from '@flashline/contracts';
import { describe, expect, test } from 'vitest';
import { JumpingClock } from '../testing/jumping-clock.ts';
import { type Hands, ScriptedBoard } from '../testing/scripted-board.ts';
import { versionLines } from './version-lines.ts';

const PROMPT = '\r\n# ';
const GREETING = `\r\nEntering CLI Mode, type 'exit' to reboot, or 'help'\r\n${PROMPT}`;
const OLD = '# Betaflight / STM32F405 (S405) 4.5.1 Jul 27 2024 / 05:44:39 (77d01ba3b) MSP API: 1.46';
const NEW = '# Betaflight / STM32F405 (S405) 2025.12.1 Feb  1 2026 / 05:44:39 (77d01ba3b) MSP API: 1.47';

async function asked(check: object, answer: (told: string, hands: Hands) => void = () => {}) {
  const clock = new JumpingClock();
  const board = new ScriptedBoard(clock, answer);
  const timing = { clock, limitMs: 2000 };
  const outcome = await versionLines(board, '1-1', VersionCheck.parse(check), timing).catch(
    (thrown: unknown) => thrown,
  );
  return { outcome, events: board.events, tookMs: clock.now() };
}

/** A command line that prints this when it is asked for the version. */
const printing =
  (line: string) =>
  (told: string, { say }: Hands) => {
    if (told === 'write #') say(GREETING);
    if (told === 'write version\r\n') say(`version\r\n${line}\r\n${PROMPT}`);
  };

describe('firmware with a command line that is asked for', () => {
  test('tells its version, and is not restarted to get out of there', async () => {
    const { outcome, events, tookMs } = await asked({ contains: '4.5.1' }, printing(OLD));
    expect(outcome).toEqual([OLD]);
    expect(events).toEqual(['open 115200', 'write #', 'write version\r\n', 'close']);
    expect(tookMs).toBe(0);
  });

  test.each([NEW, NEW.replace('2025.12.1', '4.6.0'), NEW.replace('2025.12.1', '2026.6.0-alpha')])(
    'is brought out of it where that needs no restart: %s',
    async (line) => {
      const { events } = await asked({ contains: 'Betaflight' }, printing(line));
      expect(events.slice(2)).toEqual(['write version\r\n', 'write exit noreboot\r\n', 'close']);
    },
  );

  test.each([
    OLD.replace('4.5.1', '4.4.3'),
    '# INAV/MATEKF405 8.0.0 Jan  1 2025 / 00:00:00 (abcdef)',
    '# EmuFlight / STM32F405 0.4.1',
    '# Betaflight / BOARD_4.6.0 (S405) 4.3.2 Jun 2022',
  ])('is left in it where nothing but a restart leads out: %s', async (line) => {
    const { events } = await asked({ contains: 'Betaflight' }, printing(line));
    expect(events.filter((event) => event.includes('exit'))).toEqual([]);
  });

  test('that says something else is what it said', async () => {
    const { outcome, tookMs } = await asked({ contains: '9.9.9' }, printing(OLD));
    expect(outcome).toEqual([OLD]);
    expect(tookMs).toBe(2000);
  });

  test('that does not open is BOARD_SILENT', async () => {
    const { outcome, events } = await asked({ contains: '4' });
    expect(outcome).toMatchObject({ code: 'BOARD_SILENT', details: { path: '1-1', hail: '#' } });
    expect(events.at(-1)).toBe('close');
  });
});

describe('firmware that needs no hail', () => {
  test('is asked straight away, and its line is not taken before it is over', async () => {
    const { outcome, events } = await asked({ hail: '', command: 'ver', contains: 'Pump' }, (told, { say, after }) => {
      if (told !== 'write ver\r\n') return;
      say('ver\r\nPump 3');
      after(50, () => say('.14\r\n'));
    });
    expect(outcome).toEqual(['Pump 3.14']);
    expect(events).toEqual(['open 115200', 'write ver\r\n', 'close']);
  });

  test('may say its version by itself, even before the port is known to be open, and without a line end', async () => {
    const { outcome, events } = await asked({ command: null, contains: 'Pump' }, (told, { say }) => {
      if (told === 'open 115200') say('boot\r\nPump 3');
    });
    expect(outcome).toEqual(['boot', 'Pump 3']);
    expect(events).toEqual(['open 115200', 'close']);
  });

  test('is not found in the echo of the command', async () => {
    const { outcome } = await asked({ hail: '', command: 'version 3', contains: 'version' }, (told, { say }) => {
      if (told.startsWith('write')) say('version 3\r\n');
    });
    expect(outcome).toMatchObject({ code: 'BOARD_SILENT', details: { path: '1-1', limitMs: 2000 } });
  });

  test('that never stops is listened to for two seconds, and remembered by its last lines', async () => {
    const { outcome, tookMs } = await asked({ command: null, contains: 'never' }, (told, { say, after }) => {
      const chatter = (n: number) => {
        say(`line ${n} ${'.'.repeat(300)}\n`);
        if (n < 5000) after(1, () => chatter(n + 1));
      };
      if (told === 'open 115200') chatter(0);
    });
    const lines = outcome as string[];
    expect([tookMs, lines.length]).toEqual([2000, 53]);
    expect(lines.at(-1)).toMatch(/^line (1999|2000) /);
  });
});

test('a board that leaves while it is asked is BOARD_GONE', async () => {
  const { outcome } = await asked({ hail: '', contains: '4' }, (told, { leave }) => {
    if (told.startsWith('write')) leave();
  });
  expect(outcome).toMatchObject({ code: 'BOARD_GONE', details: { path: '1-1' } });
});
