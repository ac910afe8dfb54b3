import {
  type ApplicationCheck,
  Fault,
  type FaultCode,
  type RunningFirmware,
  usbId,
  type VersionCheck,
} from '@flashline/contracts';
import { requireLeaving } from '../phases/confirm.ts';
import type { PhaseLimits } from '../phases/limits.ts';
import { type Leaver, looksAt } from '../phases/port-watch.ts';
import type { BusDevice, DfuBus } from '../port.ts';
import type { Bounds } from '../protocol/bounds.ts';
import type { Firmware } from './firmware.ts';

/**
 * Firmware that does not listen yet never answers a question: it is asked anew, as long as there is time. The last question gets all
 * of this, too: silence that was cut short would blame the board.
 */
const QUESTION_MS = 3_000;
/** Whoever asks keeps the time; this long after it is given up. */
const ANSWER_HANG_MS = 2_000;
/**
 * What time may cure: firmware may have a loader of its own, which comes up first and leaves again, or boot slowly; a new port may
 * be held by ModemManager for some seconds, or wait for udev to say who may use it.
 */
const MAY_PASS: ReadonlySet<FaultCode> = new Set([
  'APPLICATION_WRONG',
  'APPLICATION_SILENT',
  'BOARD_GONE',
  'USB_BUSY',
  'USB_PERMISSION',
]);

/** What must come up on the port of a board, and the serial numbers that it is held against. */
export interface ExpectedFirmware {
  readonly check: ApplicationCheck;
  /** The USB serial it had when it was asked into its bootloader; null when it was not asked, or had none. */
  readonly serialBefore: string | null;
  /** The serial number of the unit; null when the run was started for none. */
  readonly unit: string | null;
}

/**
 * Watches the port of a board that leaves its bootloader until the expected firmware runs there, and resolves with it. Throws what
 * `requireLeaving` throws when it does not leave. When time is over it throws what was in the way last: APPLICATION_WRONG with the
 * first thing that is not as expected, or why the firmware could not be asked; APPLICATION_SILENT when nothing has come up, or
 * nothing answers.
 */
export async function seeRunning(
  bus: DfuBus,
  leaver: Leaver,
  expected: ExpectedFirmware,
  { bounds, limits, firmware }: { bounds: Bounds; limits: PhaseLimits; firmware: Firmware | null },
): Promise<RunningFirmware> {
  const { deadlineMs } = expected.check;
  const beganMs = bounds.clock.now();
  const leftOf = (ms: number) => ms - (bounds.clock.now() - beganMs);
  let seen = 'the bootloader';
  let trouble: Fault | null = null;
  for await (const { device, emptyMs } of looksAt(bus, leaver.path, bounds)) {
    if (emptyMs !== null) seen = 'nothing';
    if (device?.mode === 'dfu') requireLeaving(device, { ...leaver, emptyMs }, leftOf(limits.confirmMs));
    else if (device !== undefined) {
      const found = await runningAs(device, expected, { bounds, firmware, leftMs: leftOf(deadlineMs) });
      if (!(found instanceof Fault)) return found;
      trouble = found;
    }
    if (leftOf(deadlineMs) <= 0) break;
  }
  throw trouble ?? new Fault('APPLICATION_SILENT', { deadlineMs, seen });
}

/** Throws RECIPE_REFUSED, before the board is touched, when a recipe expects what cannot be found out. */
export function requireKnowable({ check, unit }: ExpectedFirmware): void {
  if (check.serial === 'unit' && unit === null)
    throw new Fault('RECIPE_REFUSED', { field: 'application.serial', reason: 'the run was started without a unit' });
}

/** How long there is still to ask, and who can. */
interface Asking {
  readonly bounds: Bounds;
  readonly firmware: Firmware | null;
  readonly leftMs: number;
}

/** What runs, or a fault that may pass. */
async function runningAs(
  device: BusDevice,
  expected: ExpectedFirmware,
  asking: Asking,
): Promise<RunningFirmware | Fault> {
  const { vendorId, productId, usbSerial } = device;
  try {
    requireExpected(expected, device);
    const version = await versionOf(device, expected.check.version, asking);
    return { vendorId, productId, usbSerial: usbSerial?.slice(0, 128) ?? null, version };
  } catch (thrown) {
    if (thrown instanceof Fault && MAY_PASS.has(thrown.code)) return thrown;
    throw thrown;
  }
}

function requireExpected({ check, serialBefore, unit }: ExpectedFirmware, found: BusDevice): void {
  const id = usbId(check.vendorId ?? found.vendorId, check.productId ?? found.productId);
  requireEqual('id', id, usbId(found.vendorId, found.productId));
  const { usbSerial } = found;
  const anyOne = usbSerial ?? 'any';
  const serial = { any: usbSerial, present: anyOne, same: serialBefore ?? anyOne, unit }[check.serial];
  requireEqual('serial', serial ?? 'none', usbSerial ?? 'none');
}

async function versionOf(
  { path }: BusDevice,
  check: VersionCheck | null,
  { bounds, firmware, leftMs }: Asking,
): Promise<string | null> {
  if (check === null) return null;
  if (firmware === null) throw new Fault('STATION_BUG', { reason: 'nobody can ask for the version' });
  const late = new AbortController();
  // Who speaks by itself is listened to as long as there is time: it may do so once.
  const limitMs = check.command === null ? Math.max(leftMs, QUESTION_MS) : QUESTION_MS;
  const silent = () => new Fault('APPLICATION_SILENT', { asked: check.command ?? 'nothing', limitMs });
  const asked = firmware.versionLines(path, check, limitMs, late.signal).catch((thrown: unknown) => {
    if (thrown instanceof Fault && thrown.code === 'BOARD_SILENT') throw silent();
    throw thrown;
  });
  try {
    const lines = await bounds.guard(asked, limitMs + ANSWER_HANG_MS, silent);
    const line = lines.find((one) => one.includes(check.contains));
    if (line === undefined) throw wrong('version', check.contains, lines.at(-1) ?? 'nothing');
    return line.slice(0, 256);
  } finally {
    late.abort();
  }
}

function requireEqual(field: string, expected: string, found: string): void {
  if (expected !== found) throw wrong(field, expected, found);
}

function wrong(field: string, expected: string, found: string): Fault {
  return new Fault('APPLICATION_WRONG', { field, expected, found });
}
