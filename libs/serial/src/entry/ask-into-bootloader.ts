import { type BootloaderEntry, Fault, type SerialPorts } from '@flashline/contracts';
import { type Hail, LINE_END, openCommandLine } from '../command-line.ts';
import { type Talk, talkOver, USUAL_BAUD } from '../talk.ts';
import { linesIn } from '../version/lines.ts';
import type { Timing } from '../within.ts';
import { rebootByMsp } from './msp-reboot.ts';

/** The entries that go over a serial port: all but DFU DETACH. */
export type SerialEntry = Exclude<BootloaderEntry, { readonly by: 'dfu-detach' }>;

const TOUCH_BAUD = 1_200;
/**
 * How long a board may take to leave the bus before its port is let go: Betaflight waits 100 ms whether anything follows an `R`,
 * Arduinos that were touched go 120 ms later.
 */
const LEAVE_MS_MAX = 500;

/**
 * Asks the board that runs its firmware on a USB port to restart into its bootloader. Resolves when it has been asked; the bus
 * shows what came of it, and a board that vanishes meanwhile has obeyed. Rejects as SerialPorts.open does, with BOARD_SILENT
 * when it does not answer, BOOTLOADER_NOT_ENTERED when it refuses, and with the signal's reason.
 */
export async function askIntoBootloader(
  ports: SerialPorts,
  path: string,
  entry: SerialEntry,
  timing: Timing,
): Promise<void> {
  const baudRate = entry.by === 'touch-1200' ? TOUCH_BAUD : USUAL_BAUD;
  await talkOver(ports, { path, baudRate }, timing, (talk) => ask(talk, entry));
}

async function ask(talk: Talk, entry: SerialEntry): Promise<void> {
  switch (entry.by) {
    case 'character':
      // Alone: any byte within 100 ms takes it back (Betaflight msp_serial.c).
      await talk.send(entry.character);
      await talk.untilGone(LEAVE_MS_MAX);
      return;
    case 'msp':
      await rebootByMsp(talk, entry.into);
      await talk.untilGone(LEAVE_MS_MAX);
      return;
    case 'cli':
      return command(talk, entry);
    case 'touch-1200':
      return touch(talk);
    default:
      return entry satisfies never;
  }
}

async function command(
  talk: Talk,
  { hail, command }: { readonly hail: Hail; readonly command: string },
): Promise<void> {
  if ((await openCommandLine(talk, hail)) === 'gone') return;
  talk.forget();
  await talk.send(command + LINE_END);
  const refusal = await talk.until((heard) => (hail === '' ? null : refusalIn(heard, command)), LEAVE_MS_MAX);
  if (refusal === 'gone' || refusal === 'silence') return;
  throw new Fault('BOOTLOADER_NOT_ENTERED', { path: talk.path, command, answer: refusal.answer });
}

/** A command line that asks for the next command has not restarted. */
function refusalIn(heard: Buffer, command: string): { readonly answer: string } | null {
  const text = heard.toString('latin1');
  const at = text.indexOf(command);
  if (at === -1 || !/[\r\n]# $/.test(text.slice(at))) return null;
  return { answer: linesIn(text, command)[0] ?? '' };
}

/** The hang-up of a port at 1200 baud: DTR drops while it is open, so that the speed can be put right before it is closed. */
async function touch(talk: Talk): Promise<void> {
  await talk.hangUp();
  if ((await talk.untilGone(LEAVE_MS_MAX)) === 'gone') return;
  // Linux keeps the speed of a port for whatever gets its number next, and tells it so before anybody can change it: an
  // Arduino restarts on that alone. Not sooner: it takes any other speed within 120 ms for a change of mind.
  await talk.setBaud(USUAL_BAUD);
}
