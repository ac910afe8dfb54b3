import { type ApplicationCheck, Fault, type RunningFirmware, usbId, type VersionCheck } from '@flashline/contracts';
import { requireLeaving } from '../phases/confirm.ts';
import type { PhaseLimits } from '../phases/limits.ts';
import { type Leaver, looksAt } from '../phases/port-watch.ts';
import type { BusDevice, DfuBus } from '../port.ts';
import type { Bounds } from '../protocol/bounds.ts';
import type { Firmware } from './firmware.ts';

/** Whoever asks keeps the time; this long after it is given up. */
const ANSWER_HANG_MS = 2_000;

/** What must come up on the port of a board, and the serial numbers that it is held against. */
export interface ExpectedFirmware {
  readonly check: ApplicationCheck;
  /** The USB serial it had when it was asked into its bootloader; null when it was not asked, or had none. */
  readonly serialBefore: string | null;
  /** The serial number of the unit; null when the run was started for none. */
  readonly unit: string | null;
}

/**
 * Watches the port of a board that was told to leave until the expected firmware runs there, and resolves with it. Throws
 * LEAVE_REFUSED when it stays in its bootloader or comes back to it, APPLICATION_SILENT when nothing comes up in time or does not
 * answer, and APPLICATION_WRONG with the first thing that is not as expected.
 */
export async function seeRunning(
  bus: DfuBus,
  leaver: Leaver,
  expected: ExpectedFirmware,
  { bounds, limits, firmware }: { bounds: Bounds; limits: PhaseLimits; firmware: Firmware | null },
): Promise<RunningFirmware> {
  const { deadlineMs } = expected.check;
  const beganMs = bounds.clock.now();
  let hasBeenGone = false;
  let trouble: Fault | null = null;
  for await (const device of looksAt(bus, leaver.path, bounds)) {
    const passedMs = bounds.clock.now() - beganMs;
    hasBeenGone ||= device === undefined;
    if (device?.mode === 'dfu') requireLeaving(device, { ...leaver, hasBeenGone }, limits.confirmMs - passedMs);
    else if (device !== undefined) {
      const seen = await runningAs(device, expected, { bounds, firmware, leftMs: deadlineMs - passedMs });
      if (!(seen instanceof Fault)) return seen;
      trouble = seen;
    }
    if (passedMs >= deadlineMs) break;
  }
  throw trouble ?? new Fault('APPLICATION_SILENT', { deadlineMs, seen: hasBeenGone ? 'nothing' : 'the bootloader' });
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

/** What runs, or a fault that may pass: firmware may have a loader of its own, which comes up first and leaves again. */
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
    const mayPass = thrown instanceof Fault && (thrown.code === 'APPLICATION_WRONG' || thrown.code === 'BOARD_GONE');
    if (mayPass) return thrown;
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
  const silent = () => new Fault('APPLICATION_SILENT', { asked: check.command ?? 'nothing', leftMs });
  const asked = firmware.versionLines(path, check, leftMs, late.signal).catch((thrown: unknown) => {
    if (thrown instanceof Fault && thrown.code === 'BOARD_SILENT') throw silent();
    throw thrown;
  });
  try {
    const lines = await bounds.guard(asked, leftMs + ANSWER_HANG_MS, silent);
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
