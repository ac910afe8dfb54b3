import { Fault } from '@flashline/contracts';
import type { Talk } from '../talk.ts';
import { mspAnswerIn, mspRequest } from './msp-frame.ts';

/** Betaflight msp_protocol.h. */
const COMMAND = { boardInfo: 4, reboot: 68 } as const;
/** What MSP_REBOOT leads to (Betaflight msp.c); 0 is the firmware, 2 and 3 are mass storage. */
const MODE = { rom: 1, flash: 4 } as const;
/** MSP_BOARD_INFO: identifier (4 bytes), hardware revision (2), kind of board (1), then the capabilities of the target. */
const CAPABILITIES_AT = 7;
const HAS_FLASH_BOOTLOADER = 1 << 3;
const ANSWER_MS_MAX = 1_000;

/**
 * Asks by MSP_REBOOT. Rejects with BOARD_SILENT when the board does not speak MSP, BOOTLOADER_NOT_ENTERED when it refuses.
 */
export async function rebootByMsp(talk: Talk, into: 'auto' | 'rom' | 'flash'): Promise<void> {
  const mode = into === 'auto' ? await ownMode(talk) : MODE[into];
  if (mode === 'gone') return;
  await talk.send(mspRequest(COMMAND.reboot, [mode]));
  const answer = await talk.until((heard) => mspAnswerIn(heard, COMMAND.reboot), ANSWER_MS_MAX);
  // The answer may be lost when the board leaves. One that has not said anything at all does not speak MSP.
  if (answer === 'gone' || (answer === 'silence' && into === 'auto')) return;
  if (answer === 'silence') throw silent(talk, COMMAND.reboot);
  if (answer.isRefusal) throw new Fault('BOOTLOADER_NOT_ENTERED', { path: talk.path, refused: 'MSP_REBOOT', mode });
}

/** The bootloader of its own that a board has in flash, or else its ROM. A firmware that does not know the question has none. */
async function ownMode(talk: Talk): Promise<number | 'gone'> {
  await talk.send(mspRequest(COMMAND.boardInfo));
  const answer = await talk.until((heard) => mspAnswerIn(heard, COMMAND.boardInfo), ANSWER_MS_MAX);
  if (answer === 'silence') throw silent(talk, COMMAND.boardInfo);
  if (answer === 'gone') return answer;
  const capabilities = answer.payload[CAPABILITIES_AT] ?? 0;
  return (capabilities & HAS_FLASH_BOOTLOADER) === 0 ? MODE.rom : MODE.flash;
}

function silent({ path }: Talk, command: number): Fault {
  return new Fault('BOARD_SILENT', { path, reason: 'no answer to MSP', command, limitMs: ANSWER_MS_MAX });
}
