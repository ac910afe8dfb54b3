import { Fault } from '@flashline/contracts';
import type { Talk } from './talk.ts';

/** CR LF is one line end to firmware that wants either, and to firmware that wants both. */
export const LINE_END = '\r\n';
/** `# ` at the start of the last line: Betaflight and its relatives, iNav among them, ask for the next command with it. */
const PROMPT = /(?:^|[\r\n])# $/;
/** Betaflight and iNav say `Entering CLI Mode, type 'exit' …` when their command line opens. */
const GREETING = 'CLI';
const HAIL_MS_MAX = { '#': 1_000, '####': 2_000 } as const;
const ALREADY_OPEN_MS_MAX = 1_000;
const PROMPT_MS_MAX = 200;

/** What opens a command line; nothing where there is always one. */
export type Hail = '' | '#' | '####';

/** Opens the command line of a firmware. Rejects with BOARD_SILENT when there is none. */
export async function openCommandLine(talk: Talk, hail: Hail): Promise<'open' | 'gone'> {
  if (hail === '') return 'open';
  // The newest Betaflight takes `#` back when any byte comes within 100 ms (msp_serial.c), so no line end may follow it.
  // iNav's own flasher sends its four with a line end.
  await talk.send(hail === '#' ? hail : hail + LINE_END);
  let opened = await talk.until(isOpen, HAIL_MS_MAX[hail]);
  if (opened === 'silence') {
    // Somebody may have left it open. There a hail is the beginning of a comment, and wants its line end for a prompt to follow.
    await talk.send(LINE_END);
    opened = await talk.until(isOpen, ALREADY_OPEN_MS_MAX);
  }
  if (opened === 'silence') throw new Fault('BOARD_SILENT', { path: talk.path, reason: 'no command line', hail });
  if (opened !== 'gone') await talk.until(hasPrompt, PROMPT_MS_MAX);
  return opened;
}

/** True when all that was heard ends in a prompt. */
function hasPrompt(heard: Buffer): true | null {
  return PROMPT.test(heard.toString('latin1')) || null;
}

function isOpen(heard: Buffer): 'open' | null {
  return heard.includes(GREETING) || hasPrompt(heard) ? 'open' : null;
}
