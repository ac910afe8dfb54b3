import type { Change } from '../flash/flash-memory.ts';
import type { Sector } from '../flash/sectors.ts';
import type { Chip } from './chip.ts';
import { COMMAND, type DfuStatus } from './dfu-words.ts';

/** What a DNLOAD stored, waiting for the GETSTATUS that starts it. */
export interface Stored {
  readonly block: number;
  readonly data: Uint8Array;
}

/**
 * What a stored DNLOAD does once it is started. The memory is changed at once; the changes tell what a power cut would
 * undo.
 */
export interface Operation {
  readonly runMs: number;
  readonly pollMs: number;
  readonly result: DfuStatus;
  /** It ends in a system reset: the board drops off the bus after the answer that started it, and is back `runMs` later. */
  readonly resets: boolean;
  /** It is done after `runMs` and never says so, or it is never done. */
  readonly ends: 'says-so' | 'wedged' | 'never';
  readonly changes: readonly Change[];
}

/** Carries a stored DNLOAD out and tells how long it takes and how it ends (sources.md 1.2, execution model). */
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

/** Allowed under read protection (AN2662); everything that touches flash is not. */
function setAddress(chip: Chip, address: number): Operation {
  const { timing, polls } = chip.part;
  if (!chip.reach(address)) return instant('errTARGET');
  chip.pointer = address;
  return lasting(timing.setAddressMs, polls.setAddressMs);
}

function eraseSector(chip: Chip, address: number): Operation {
  const { part } = chip;
  const sector = chip.reach(address);
  if (!sector) return instant('errTARGET');
  if (chip.isClosed(sector) && part.whenProtected === 'refuses') return instant('errVENDOR');
  if (!sector.erasable) {
    chip.sins.add('not-erasable', { address });
    return instant('errTARGET');
  }
  const changes = chip.isClosed(sector) ? [] : changesOf([chip.memory.erase(sector)]);
  const isWedged = part.wedgesFrom !== null && address >= part.wedgesFrom;
  return { ...lasting(sector.eraseMs, part.polls.eraseMs), changes, ends: isWedged ? 'wedged' : 'says-so' };
}

function massErase(chip: Chip): Operation {
  const { massErase: habit, timing, polls, whenProtected } = chip.part;
  if (chip.rdpLevel > 0 && whenProtected === 'refuses') return instant('errVENDOR');
  if (habit === 'fails') return instant('errERASE');
  const changes = chip.rdpLevel > 0 ? [] : eraseFlash(chip);
  const ends = habit === 'never-ends' ? 'never' : 'says-so';
  return { ...lasting(timing.massEraseMs, polls.massEraseMs), changes, ends };
}

/** Everything in flash goes before the protection does, so a chip that loses power in between stays closed. */
function readUnprotect(chip: Chip): Operation {
  const { optionBytes, timing, polls } = chip.part;
  const { rdp, address } = optionBytes;
  const changes = [...eraseFlash(chip), ...rewrite(chip, address + rdp.offset, Uint8Array.of(rdp.open))];
  return { ...lasting(timing.massEraseMs, polls.massEraseMs), changes, resets: true };
}

function write(chip: Chip, address: number, data: Uint8Array): Operation {
  const { timing, polls, whenProtected } = chip.part;
  const sector = writableAt(chip, address, data.length);
  if (!sector) return instant('errTARGET');
  if (chip.isClosed(sector) && whenProtected === 'refuses') return instant('errVENDOR');
  const written = lasting(data.length * timing.programMsPerByte, polls.writeMs);
  if (chip.isClosed(sector)) return written;
  if (sector.kind === 'option-bytes') return { ...written, changes: writeOptions(chip, address, data), resets: true };
  if (chip.memory.isWeak(address, data.length)) chip.sins.add('trusted-weak-erase', { address, length: data.length });
  const { result, change } = chip.memory.program(address, data);
  if (result !== 'done') chip.sins.add('wrote-over', { address, length: data.length });
  if (result === 'refused') return instant('errWRITE');
  return { ...written, changes: changesOf([change]) };
}

/** The sector at the beginning of a write that may be carried out; else the sin is noted. */
function writableAt(chip: Chip, address: number, length: number): Sector | null {
  const sector = chip.reach(address);
  if (!sector) return null;
  const isInside = address + length <= sector.regionEnd;
  if (isInside && sector.writable) return sector;
  chip.sins.add(isInside ? 'not-erasable' : 'outside-map', { address, length });
  return null;
}

/** Whoever takes the protection off through the option bytes loses the flash behind it, as with a read-unprotect. */
function writeOptions(chip: Chip, address: number, data: Uint8Array): Change[] {
  const { optionBytes } = chip.part;
  const opens = data[optionBytes.address + optionBytes.rdp.offset - address] === optionBytes.rdp.open;
  const erased = chip.rdpLevel > 0 && opens ? eraseFlash(chip) : [];
  return [...erased, ...rewrite(chip, address, data)];
}

function rewrite(chip: Chip, address: number, data: Uint8Array): Change[] {
  return changesOf([chip.memory.program(address, data).change]);
}

function eraseFlash(chip: Chip): Change[] {
  const flash = chip.memory.sectors.filter((sector) => sector.erasable);
  return changesOf(flash.map((sector) => chip.memory.erase(sector)));
}

function changesOf(changes: readonly (Change | null)[]): Change[] {
  return changes.filter((change) => change !== null);
}

function instant(result: DfuStatus): Operation {
  return { runMs: 0, pollMs: 0, result, resets: false, ends: 'says-so', changes: [] };
}

function lasting(runMs: number, reported: number | 'honest'): Operation {
  const pollMs = reported === 'honest' ? Math.ceil(runMs) : reported;
  return { runMs, pollMs, result: 'OK', resets: false, ends: 'says-so', changes: [] };
}

function addressOf(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(1, true);
}
