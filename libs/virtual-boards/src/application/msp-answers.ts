import type { WholeApplicationSpec } from './application-spec.ts';
import type { ChipFacts } from './chip-facts.ts';
import { chipUid } from './chip-facts.ts';
import type { MspRequest } from './msp-frame.ts';

/** The commands that are answered (Betaflight msp_protocol.h); everything else is refused. */
const COMMAND = { apiVersion: 1, fcVariant: 2, fcVersion: 3, boardInfo: 4, reboot: 68, uid: 160 } as const;
/** Betaflight msp.c: what MSP_REBOOT leads to; 2 and 3 are mass storage, which there is none of. */
const REBOOT = { firmware: 0, rom: 1, flashBootloader: 4 } as const;
const HAS_VCP = 1 << 0;
const HAS_FLASH_BOOTLOADER = 1 << 3;
const SIGNATURE_BYTES = 32;

/** What a firmware answers, and what it does once that has been sent. */
export interface MspAnswer {
  readonly payload: Uint8Array | 'refused';
  readonly restarts: 'dfu' | 'application' | null;
}

/** The answer to a request. */
export function mspAnswer({ command, payload }: MspRequest, spec: WholeApplicationSpec, chip: ChipFacts): MspAnswer {
  switch (command) {
    case COMMAND.apiVersion:
      return says(Uint8Array.of(0, 1, 46));
    case COMMAND.fcVariant:
      return says(ascii('BTFL'));
    case COMMAND.fcVersion:
      return says(Uint8Array.of(4, 5, 1));
    case COMMAND.boardInfo:
      return says(boardInfo(spec, chip));
    case COMMAND.uid:
      return says(chipUid(chip));
    case COMMAND.reboot:
      return reboot(payload[0] ?? REBOOT.firmware, spec);
    default:
      return { payload: 'refused', restarts: null };
  }
}

function reboot(mode: number, { accepts, hasFlashBootloader }: WholeApplicationSpec): MspAnswer {
  const payload = Uint8Array.of(mode);
  if (mode === REBOOT.firmware) return { payload, restarts: 'application' };
  const isKnown = mode === REBOOT.rom || (mode === REBOOT.flashBootloader && hasFlashBootloader);
  return isKnown && accepts.includes('msp') ? { payload, restarts: 'dfu' } : { payload: 'refused', restarts: null };
}

/** Identifier, hardware revision, type, capabilities, target, board, manufacturer, signature, kind of chip (msp.c). */
function boardInfo({ hasFlashBootloader }: WholeApplicationSpec, { part }: ChipFacts): Uint8Array {
  const capabilities = HAS_VCP | (hasFlashBootloader ? HAS_FLASH_BOOTLOADER : 0);
  const names = [part.name, 'VIRTUAL', 'FLSH'].flatMap((name) => [name.length, ...ascii(name)]);
  return Uint8Array.of(...ascii('VIRT'), 0, 0, 0, capabilities, ...names, ...new Uint8Array(SIGNATURE_BYTES), 0);
}

function says(payload: Uint8Array): MspAnswer {
  return { payload, restarts: null };
}

function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'ascii');
}
