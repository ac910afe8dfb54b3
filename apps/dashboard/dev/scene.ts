import {
  type Attempt,
  type BoardIdentity,
  type FaultCode,
  type FaultDetails,
  type Health,
  type Outcome,
  outcomeOf,
  PHASES,
  PLAIN_ORDER_RECIPE,
  type Slot,
  type SlotState,
  type StationSetup,
  type WorkOrder,
} from '@flashline/contracts';
import { setupOf } from './setup.ts';

/** What the fake station shows. */
export interface Scene {
  readonly health: Health;
  readonly stations: StationSetup[];
  readonly slots: Slot[];
  readonly order: WorkOrder | null;
  readonly attempts: Attempt[];
}

const NOW = '2026-11-22T09:30:00.000Z';
const IMAGE = '9f2c1e7ab04d5566778899aabbccddeeff00112233445566778899aabbccddee';
const CONTENT = { bytes: 262_144, crc32: '8d6fe1a2', sha256: `1b${IMAGE.slice(2)}` };
const FAULTS_SEEN: readonly (FaultCode | null)[] = [
  null,
  'VERIFY_MISMATCH',
  'HOST_CRASHED',
  'CANCELLED',
  'BOOTLOADER_NOT_ENTERED',
  null,
];
const DETAILS: Partial<Record<FaultCode, FaultDetails>> = {
  VERIFY_MISMATCH: { address: '0x08012a40', expected: 'ff', found: '7f', bytesWrong: 1 },
  BOOTLOADER_NOT_ENTERED: { asked: 'msp', seen: 'still its firmware' },
};

const BOARD: BoardIdentity = {
  vendorId: 0x0483,
  productId: 0xdf11,
  bcdDevice: 0x2200,
  usbSerial: '357F34593137',
  layout: '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg',
};

/** An id for a number: the same in every run, so that links stay good. */
function idOf(kind: number, index: number): string {
  return `${String(kind).padStart(8, '0')}-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

/** A scene by name: `mixed` has every state, `fixture` and `groups` the same on three fixtures, `pass` only good boards, `empty` no boards, `none` no slots. */
export function sceneOf(name: string, count: number, simulated: boolean): Scene {
  const stations = name === 'nothing' ? [] : [{ station: 'ST07', online: true, simulated, slots: count }];
  const troubles =
    name === 'trouble' ? ['USB: this computer has no USB subsystem. Load the driver, or run --virtual 8.'] : [];
  const bare = name === 'none' || name === 'nothing';
  const slots = bare ? [] : Array.from({ length: count }, (_, index) => slotOf(name, index, count, simulated));
  return {
    health: { status: troubles.length === 0 ? 'ok' : 'degraded', version: '0.1.0', startedAt: NOW, troubles, stations },
    stations: stations.map(({ station }) => setupOf(station, name, slots, simulated)),
    slots,
    order: bare || name === 'empty' ? null : orderOf(simulated),
    attempts:
      bare || name === 'empty' ? [] : Array.from({ length: 130 }, (_, index) => attemptOf(130 - index, simulated)),
  };
}

function slotOf(name: string, index: number, count: number, simulated: boolean): Slot {
  const perRow = Math.max(4, Math.ceil(Math.sqrt(count)));
  const label = `${String.fromCharCode(65 + Math.floor(index / perRow))}${(index % perRow) + 1}`;
  return {
    station: 'ST07',
    slot: `1-${1 + (index >> 3)}.${1 + (index & 7)}`,
    label,
    simulated,
    state: stateOf(name, index),
  };
}

function stateOf(name: string, index: number): SlotState {
  if (name === 'empty') return { is: 'empty' };
  if (name === 'pass') return doneOf(index, null, true);
  const onBoard = { seatingId: idOf(2, index), since: NOW, board: BOARD };
  const attemptId = idOf(1, 130 - index);
  const phase = PHASES[3 + (index % 4)] ?? null;
  const states: readonly SlotState[] = [
    doneOf(index, null, true),
    { is: 'running', ...onBoard, attemptId, phase, progress: ((index * 37) % 95) / 100 },
    doneOf(index, index % 4 === 2 ? 'VERIFY_MISMATCH' : 'BOARD_GONE', true),
    { is: 'queued', ...onBoard, attemptId },
    doneOf(index, 'HOST_CRASHED', true),
    doneOf(index, null, true),
    { is: 'running', ...onBoard, attemptId, phase, progress: ((index * 53) % 95) / 100 },
    { is: 'empty' },
    doneOf(index, 'CANCELLED', true),
    { is: 'stranger', vendorId: 0x1a86, productId: 0x7523 },
    { is: 'waiting', ...onBoard, ready: true, perhapsOf: null },
    { is: 'offline' },
    doneOf(index, null, false),
    doneOf(index, 'WRITE_REFUSED', false),
    { is: 'waiting', ...onBoard, ready: true, perhapsOf: attemptId },
    { is: 'waiting', ...onBoard, ready: false, perhapsOf: null },
  ];
  return states[index % states.length] ?? { is: 'empty' };
}

function doneOf(index: number, fault: FaultCode | null, present: boolean): SlotState {
  const outcome: Outcome = fault === null ? 'pass' : outcomeOf(fault);
  return {
    is: 'done',
    seatingId: idOf(2, index),
    since: NOW,
    board: BOARD,
    present,
    // A board that passed has left its bootloader: it runs its application.
    ready: present && fault !== null,
    attemptId: idOf(1, 130 - index),
    outcome,
    fault,
  };
}

function orderOf(simulated: boolean): WorkOrder {
  return {
    id: 'WO-2026-1142',
    product: 'Flight controller F405',
    image: IMAGE,
    imageName: 'betaflight-3.5.2-stm32f405.hex',
    loadAddress: null,
    quantity: 200,
    board: { vendorId: 0x0483, productId: 0xdf11, bcdDevice: null, layout: null },
    recipe: PLAIN_ORDER_RECIPE,
    simulated,
    state: 'active',
    counts: { good: 128, bad: 3, errors: 1, aborted: 1, inWork: 8, left: 64 },
    createdAt: NOW,
    changedAt: NOW,
  };
}

/** The attempt with a number; its outcome follows from it. */
export function attemptOf(seq: number, simulated: boolean): Attempt {
  const fault = FAULTS_SEEN[(seq * 7) % 17] ?? null;
  // It never was in its bootloader, so nobody read what it says there.
  const isIdentified = fault !== 'BOOTLOADER_NOT_ENTERED';
  const at = (seconds: number): string => new Date(Date.parse(NOW) + (seq * 11 + seconds) * 1000).toISOString();
  const phases = [
    { name: 'identify', ms: 61, bytes: 0 },
    { name: 'plan', ms: 3, bytes: 0 },
    { name: 'erase', ms: 2210, bytes: 262_144 },
    { name: 'write', ms: 2480, bytes: 262_144 },
    { name: 'verify', ms: 640, bytes: 262_144 },
    { name: 'leave', ms: 41, bytes: 0 },
    { name: 'confirm', ms: 180, bytes: 0 },
  ] as const;
  return {
    attemptId: idOf(1, seq),
    station: 'ST07',
    slot: `1-1.${1 + (seq % 8)}`,
    label: `A${1 + (seq % 8)}`,
    seatingId: idOf(2, seq),
    orderId: 'WO-2026-1142',
    image: IMAGE,
    intended: CONTENT,
    unit: seq % 3 === 0 ? null : `SN-${String(40_000 + seq)}`,
    simulated,
    assignedAt: at(0),
    seq,
    recordedAt: at(6),
    result: {
      attemptId: idOf(1, seq),
      outcome: fault === null ? 'pass' : outcomeOf(fault),
      fault,
      faultDetails: fault === null ? null : (DETAILS[fault] ?? null),
      board: isIdentified ? BOARD : null,
      readback: readbackOf(fault),
      phases: fault === null ? [...phases] : phases.slice(0, isIdentified ? 5 : 0),
      locked: [],
      application: null,
      transfers: isIdentified ? 548 : 0,
      toolVersion: '0.1.0',
      startedAt: at(0),
      endedAt: at(6),
      durationMs: fault === null ? 5640 : 5410,
    },
  };
}

function readbackOf(fault: FaultCode | null): Attempt['intended'] | null {
  if (fault === null) return CONTENT;
  return fault === 'VERIFY_MISMATCH' ? { ...CONTENT, crc32: '0311be77', sha256: `c4${CONTENT.sha256.slice(2)}` } : null;
}
