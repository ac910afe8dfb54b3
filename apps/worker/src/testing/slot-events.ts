import type { BusDevice } from '@flashline/dfuse';
import type { End } from '../slots/aftermath.ts';
import { EMPTY, type Newcomer, type SlotEvent, type SlotState } from '../slots/slot.ts';
import { next } from '../slots/slot-state.ts';

/** What every board here says of itself in its bootloader. */
export const identity = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, usbSerial: 'STM32' } as const;
const DFU = { ...identity, mode: 'dfu' } as const;

/** A board in its bootloader, at this address. */
export function dfu(address: number): BusDevice {
  return { ...DFU, path: '1-1.1', address };
}

/** The same while its firmware runs. */
export function application(address: number): BusDevice {
  return { ...DFU, path: '1-1.1', address, productId: 0x5740, mode: 'application' };
}

function newcomer(nowMs: number): Newcomer {
  return { moment: '2026-01-01T00:00:00.000Z', seatingId: `seating-at-${nowMs}` };
}

/** One look at the port; a seating that begins then is named after its time. */
export function scan(device: BusDevice | null, nowMs: number, unseenMs = 100): SlotEvent {
  return { on: 'scanned', device, arriving: null, nowMs, unseenMs, hubMoved: false, ...newcomer(nowMs) };
}

/** One look at the port while the kernel has something at this address, and the USB library does not show it yet. */
export function lateScan(arriving: number, nowMs: number): SlotEvent {
  return { ...scan(null, nowMs), arriving } as SlotEvent;
}

/** The same while a hub on the way to the port leaves or comes back. */
export function hubScan(device: BusDevice | null, nowMs: number): SlotEvent {
  return { ...scan(device, nowMs), hubMoved: true } as SlotEvent;
}

/** The slot after all of this, in order. */
export function after(...events: readonly SlotEvent[]): SlotState {
  return events.reduce(next, EMPTY);
}

/** Attempt `a` begins on the board at address 1. */
export const begun = { on: 'begun', attemptId: 'a', device: dfu(1) } as const;
/** Its result is on the disk. */
export const kept = { on: 'kept', attemptId: 'a' } as const;
const PASS: End = { outcome: 'pass', fault: null, resets: false, cameUp: false };

/** It ends, with a pass unless told otherwise. */
export function ending(nowMs: number, end: Partial<End> = {}): SlotEvent {
  return { on: 'ended', attemptId: 'a', nowMs, end: { ...PASS, ...end }, ...newcomer(nowMs) };
}

/** It ends, and the board is bad and stays where it is. */
export function failing(nowMs: number): SlotEvent {
  return ending(nowMs, { outcome: 'fail', fault: 'VERIFY_MISMATCH' });
}

/** A board that has passed at 100 and left at 90. */
export const passed = [scan(dfu(1), 0), begun, scan(null, 90), ending(100), kept] as const;
/** A bad board that stays where it is. */
export const failed = [scan(dfu(1), 0), begun, failing(100), kept] as const;
/** The board of attempt `a`, with its verdict. */
export const ofA = { is: 'ended', seating: { id: 'seating-at-0' }, attemptId: 'a' };
/** Certainly another board. */
export const another = { is: 'waiting', perhapsOf: null };
/** Perhaps the board of attempt `a`. */
export const unsure = { is: 'waiting', perhapsOf: 'a' };

/** A board that runs, with a serial of its own. */
export function running(address: number, usbSerial = 'APP'): BusDevice {
  return { ...application(address), usbSerial };
}
