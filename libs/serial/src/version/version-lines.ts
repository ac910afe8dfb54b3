import { Fault, type SerialPorts, type VersionCheck } from '@flashline/contracts';
import { LINE_END, openCommandLine } from '../command-line.ts';
import { type Talk, talkOver } from '../talk.ts';
import type { Timing } from '../within.ts';
import { linesIn, wholeLinesIn } from './lines.ts';

/** How long all of it may take; the opening of the port and of a command line have limits of their own. */
export interface VersionTiming extends Timing {
  readonly limitMs: number;
}

const LEAVE_MS_MAX = 300;
/** Firmware whose `exit noreboot` leaves the command line only: Betaflight since its pull request 13904, 4.6 or 2025.12. */
const CAN_LEAVE = /\bBetaflight\b.*\s(?:4\.[6-9]|20\d\d\.\d+)\./;

/**
 * What the firmware on a USB port answers to a question for its version: every line up to one that holds the wanted text, or all
 * that came until the time was over. Rejects as SerialPorts.open does, with BOARD_SILENT when there is no answer, BOARD_GONE when
 * the board leaves the bus meanwhile, and with the signal's reason.
 */
export async function versionLines(
  ports: SerialPorts,
  path: string,
  check: VersionCheck,
  timing: VersionTiming,
): Promise<readonly string[]> {
  const { clock, limitMs } = timing;
  const dueMs = clock.now() + limitMs;
  return talkOver(ports, { path }, timing, async (talk) => {
    const opened = check.command === null ? 'open' : await openCommandLine(talk, check.hail);
    const lines = opened === 'gone' ? opened : await listen(talk, check, dueMs - clock.now());
    if (lines === 'gone') throw new Fault('BOARD_GONE', { path });
    if (check.command !== null && check.hail !== '') await leave(talk, lines);
    if (lines.length === 0) throw new Fault('BOARD_SILENT', { path, reason: 'no answer', limitMs });
    return lines;
  });
}

async function listen(
  talk: Talk,
  { command, contains }: VersionCheck,
  ms: number,
): Promise<readonly string[] | 'gone'> {
  if (command !== null) {
    talk.forget();
    await talk.send(command + LINE_END);
  }
  // A line counts when it is over: what is kept of it is to be all of it.
  const wanted = await talk.until((heard) => upTo(contains, wholeLinesIn(heard.toString('latin1'), command)), ms);
  if (wanted !== 'silence') return wanted;
  // What firmware said last need not have a line end.
  const lines = await talk.until((heard) => linesIn(heard.toString('latin1'), command), 0);
  return lines === 'silence' ? [] : lines;
}

/** The lines as far as the first that holds the text; null when none does. */
function upTo(text: string, lines: readonly string[]): readonly string[] | null {
  const at = lines.findIndex((line) => line.includes(text));
  return at === -1 ? null : lines.slice(0, at + 1);
}

/**
 * `exit` restarts the firmware, so it is sent in no form that may do that. Firmware that knows no other way stays in its command
 * line until it loses power: it works as before, but hears neither MSP nor single characters on this port, and does not arm.
 */
async function leave(talk: Talk, lines: readonly string[]): Promise<void> {
  if (!lines.some((line) => CAN_LEAVE.test(line))) return;
  talk.forget();
  await talk.send(`exit noreboot${LINE_END}`);
  await talk.until((heard) => heard.includes('eaving CLI') || null, LEAVE_MS_MAX);
}
