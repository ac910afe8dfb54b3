import type { FlashMemory, Sector } from '../chip/flash-memory.ts';
import type { PartSpec } from '../chip/part.ts';
import { COMMAND, type DfuStatus } from './dfu-words.ts';
import type { Sins } from './sins.ts';

/** What a DNLOAD stored, waiting for the GETSTATUS that starts it. */
export interface Stored {
  readonly block: number;
  readonly data: Uint8Array;
}

/** What a stored DNLOAD does once it is started. */
export interface Operation {
  readonly runMs: number;
  readonly pollMs: number;
  readonly result: DfuStatus;
  /** It ends in a system reset: the board drops off the bus after the answer that started it, and is back `runMs` later. */
  readonly resets: boolean;
}

/** The chip that commands work on. */
export interface Chip {
  readonly part: PartSpec;
  readonly memory: FlashMemory;
  pointer: number;
  isReadProtected: boolean;
  /** Reads memory the way the wire sees it, which on a faulty board is not what is there. */
  readOut(address: number, length: number): Uint8Array;
  readonly sins: Sins;
}

/** Carries a stored DNLOAD out and tells how long it takes and how it ends (dfuse.md 1.2, execution model). */
export function carryOut(chip: Chip, stored: Stored): Operation {
  if (stored.block === 0) return command(chip, stored.data);
  // STMW ignores a download of the reserved block without a word, so only a read-back finds the mistake.
  if (stored.block === 1) {
    chip.sins.add('reserved-block', { request: 'DNLOAD' });
    return instant('OK');
  }
  return write(chip, chip.pointer + (stored.block - 2) * chip.part.functional.transferSize, stored.data);
}

function command(chip: Chip, data: Uint8Array): Operation {
  const opcode = data[0];
  if (opcode === COMMAND.setAddress && data.length === 5) return setAddress(chip, addressOf(data));
  if (opcode === COMMAND.erase && data.length === 5) return eraseSector(chip, addressOf(data));
  if (opcode === COMMAND.erase && data.length === 1) return massErase(chip);
  if (opcode === COMMAND.readUnprotect && data.length === 1) return readUnprotect(chip);
  chip.sins.add('unknown-command', { opcode: opcode ?? -1, length: data.length });
  return instant('errSTALLEDPKT');
}

/** Allowed under read protection (AN2662); everything that touches memory is not. */
function setAddress(chip: Chip, address: number): Operation {
  const { timing, polls } = chip.part;
  if (!chip.memory.sectorAt(address)) return outsideMap(chip, address);
  chip.pointer = address;
  return lasting(timing.setAddressMs, polls.setAddressMs, 'OK');
}

function eraseSector(chip: Chip, address: number): Operation {
  const sector = chip.memory.sectorAt(address);
  if (chip.isReadProtected) return instant('errVENDOR');
  if (!sector?.erasable) return outsideMap(chip, address);
  chip.memory.erase(sector);
  return lasting(sector.eraseMs, chip.part.polls.eraseMs, 'OK');
}

function massErase(chip: Chip): Operation {
  if (chip.isReadProtected) return instant('errVENDOR');
  for (const sector of flashOf(chip)) chip.memory.erase(sector);
  return lasting(chip.part.timing.massEraseMs, chip.part.polls.massEraseMs, 'OK');
}

function readUnprotect(chip: Chip): Operation {
  for (const sector of flashOf(chip)) chip.memory.erase(sector);
  chip.isReadProtected = false;
  return { ...lasting(chip.part.timing.massEraseMs, chip.part.polls.massEraseMs, 'OK'), resets: true };
}

function write(chip: Chip, address: number, data: Uint8Array): Operation {
  if (chip.isReadProtected) return instant('errVENDOR');
  const sector = chip.memory.sectorAt(address);
  if (!sector || address + data.length > sector.regionEnd) return outsideMap(chip, address);
  const programmed = chip.memory.program(address, data);
  if (programmed !== 'done') chip.sins.add('wrote-over', { address, length: data.length });
  if (programmed === 'refused') return instant('errWRITE');
  const runMs = data.length * chip.part.timing.programMsPerByte;
  return { ...lasting(runMs, chip.part.polls.writeMs, 'OK'), resets: sector.resetsWhenWritten };
}

function outsideMap(chip: Chip, address: number): Operation {
  chip.sins.add('outside-map', { address });
  return instant('errTARGET');
}

function flashOf(chip: Chip): Sector[] {
  return chip.memory.sectors.filter((sector) => sector.erasable);
}

function instant(result: DfuStatus): Operation {
  return { runMs: 0, pollMs: 0, result, resets: false };
}

function lasting(runMs: number, reported: number | 'honest', result: DfuStatus): Operation {
  return { runMs, pollMs: reported === 'honest' ? Math.ceil(runMs) : reported, result, resets: false };
}

function addressOf(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(1, true);
}
