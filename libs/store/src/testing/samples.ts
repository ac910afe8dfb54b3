import {
  ApplicationCheck,
  type Assignment,
  type AttemptResult,
  type FlashJob,
  type Image,
  type LockedMemory,
  type OrderRecipe,
  PLAIN_ORDER_RECIPE,
  type ResultReport,
  type RunningFirmware,
} from '@flashline/contracts';
import type { Seat } from '../journal.ts';
import type { OrderRow } from '../ledger.ts';

export const AT = '2026-11-22T08:00:00.000Z';
export const LATER = '2026-11-22T08:00:30.000Z';

/** A valid UUID that is easy to tell apart. */
export function uuid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

export const DIGEST = { bytes: 262_144, crc32: '0badf00d', sha256: 'ab'.repeat(32) };

export const IMAGE: Image = {
  sha256: 'f1'.repeat(32),
  name: 'blinky.hex',
  format: 'hex',
  fileBytes: 700_000,
  ranges: [
    { address: 0x0800_0000, bytes: 16_384 },
    { address: 0x0800_8000, bytes: 245_760 },
  ],
  content: DIGEST,
  uploadedAt: AT,
};

export const ORDER: OrderRow = {
  id: 'WO-1',
  product: 'flight controller',
  image: IMAGE.sha256,
  loadAddress: null,
  quantity: 3,
  board: { vendorId: 0x0483, productId: 0xdf11, bcdDevice: null, layout: null },
  recipe: PLAIN_ORDER_RECIPE,
  simulated: false,
};

/** A recipe that says everything it can. */
export const LOCKING: OrderRecipe = {
  erase: 'mass',
  keepsRest: false,
  preserve: [{ address: 0x0800_c000, bytes: 16_384 }],
  unprotect: true,
  lock: [
    { memory: 'option-bytes', address: 0x1fff_c000, data: 'BB44' },
    { memory: 'otp', address: 0x1fff_7800, data: '00' },
  ],
  permanent: true,
  enter: { by: 'character', character: 'R' },
  application: null,
};

/** What LOCKING leaves on a board: nobody can read its option bytes any more. */
export const LOCKED: LockedMemory[] = [
  { memory: 'otp', address: 0x1fff_7800, before: 'ff', after: '00' },
  { memory: 'option-bytes', address: 0x1fff_c000, before: 'aa55', after: null },
];

/** Looks for firmware that runs and tells its version. */
export const LOOKING: OrderRecipe = {
  ...PLAIN_ORDER_RECIPE,
  application: ApplicationCheck.parse({ serial: 'present', version: { contains: '4.5.1' } }),
};

/** What LOOKING sees. */
export const RUNNING: RunningFirmware = {
  vendorId: 0x0483,
  productId: 0x5740,
  usbSerial: '204A33',
  version: '# Betaflight / STM32F405 4.5.1',
};

/** The n-th attempt: on the n-th slot and seating of station `line-1`, for ORDER. */
export function assignment(number: number, differences: Partial<Assignment> = {}): Assignment {
  return {
    attemptId: uuid(number),
    station: 'line-1',
    slot: `1-${number}`,
    label: `A${number}`,
    seatingId: uuid(1000 + number),
    orderId: ORDER.id,
    image: IMAGE.sha256,
    intended: DIGEST,
    unit: null,
    simulated: false,
    assignedAt: AT,
    ...differences,
  };
}

/** A pass with its proof. */
export function pass(of: Assignment, differences: Partial<AttemptResult> = {}): AttemptResult {
  return {
    attemptId: of.attemptId,
    outcome: 'pass',
    fault: null,
    faultDetails: null,
    board: {
      vendorId: 0x0483,
      productId: 0xdf11,
      bcdDevice: 0x2200,
      usbSerial: '3574364C3034',
      layout: '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg',
    },
    readback: of.intended,
    phases: [
      { name: 'identify', ms: 12.5, bytes: 0 },
      { name: 'write', ms: 2100, bytes: of.intended.bytes },
      { name: 'verify', ms: 900.25, bytes: of.intended.bytes },
    ],
    locked: [],
    application: null,
    transfers: 523,
    toolVersion: '0.1.0',
    startedAt: AT,
    endedAt: LATER,
    durationMs: 3012.75,
    ...differences,
  };
}

/** A board that came loose before anything was read back. */
export function fail(of: Assignment, differences: Partial<AttemptResult> = {}): AttemptResult {
  return pass(of, {
    outcome: 'fail',
    fault: 'BOARD_GONE',
    faultDetails: { phase: 'write', block: 17 },
    readback: null,
    ...differences,
  });
}

export function job(of: Assignment): FlashJob {
  return { assignment: of, imageName: IMAGE.name, loadAddress: null, board: ORDER.board, recipe: ORDER.recipe };
}

/** Where the board of an attempt sits. */
export function seat({ slot, seatingId, attemptId }: Assignment): Seat {
  const board = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, usbSerial: 'STM32', layout: null };
  return { slot, seating: { id: seatingId, since: AT, board }, attemptId, address: 7 };
}

export function report(of: Assignment, result: AttemptResult = pass(of)): ResultReport {
  return { station: of.station, assignment: of, result };
}
