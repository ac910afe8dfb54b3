import { type BootloaderEntry, Fault } from '@flashline/contracts';
import type { Seated } from '../contact.ts';
import { type Leaver, lookAt, looksAt, perhapsAnother } from '../phases/port-watch.ts';
import type { BusDevice, Clock, DfuBus } from '../port.ts';
import { Bounds } from '../protocol/bounds.ts';
import type { Firmware } from './firmware.ts';

/** Betaflight waits 4 s for the bootloader to come up, iNav 10 s (their configurators). */
const ENTER_MS_MAX = 10_000;
/**
 * How long the port may be empty meanwhile. A hand can swap boards in 1.5 s or more, but Windows binds its driver anew for every
 * serial number, which takes seconds.
 */
const EMPTY_MS_MAX = 5_000;
/** Every way of asking ends by itself in far less. */
const ASK_HANG_MS = 20_000;

/** What asking a board runs in. Aborting the signal with a Fault ends it with that, with anything else as CANCELLED. */
export interface EntryContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly firmware: Firmware;
}

/**
 * Has the board on this port in its bootloader, and resolves with it as it is there. A board that is in it already is not asked.
 * Rejects with SEATING_ENDED when another sits there than the one that was seen, with BOOTLOADER_NOT_ENTERED when it does not
 * come up, or so late that it may be another, and with what asking rejects with.
 */
export async function enterBootloader(
  bus: DfuBus,
  path: string,
  { entry, seated }: { readonly entry: BootloaderEntry; readonly seated: Seated },
  { clock, signal, firmware }: EntryContext,
): Promise<BusDevice> {
  const bounds = new Bounds(clock, signal);
  bounds.enter(ASK_HANG_MS + ENTER_MS_MAX);
  const device = await lookAt(bus, path, bounds);
  if (device?.address !== seated.address) throw new Fault('SEATING_ENDED', { seen: device?.mode ?? 'nothing' });
  if (device.mode === 'dfu') return device;
  const hung = () => new Fault('USB_HOST', { request: `ask by ${entry.by}`, hasHung: true });
  await bounds.guard(firmware.ask(path, entry, signal), ASK_HANG_MS, hung);
  return await comesUp(bus, { path, address: device.address }, bounds, entry);
}

async function comesUp(bus: DfuBus, leaver: Leaver, bounds: Bounds, { by }: BootloaderEntry): Promise<BusDevice> {
  const beganMs = bounds.clock.now();
  let seen = 'nothing';
  for await (const { device, emptyMs } of looksAt(bus, leaver.path, bounds)) {
    if (device?.mode === 'dfu') {
      const swap = perhapsAnother(emptyMs, EMPTY_MS_MAX);
      if (swap === null) return device;
      throw new Fault('BOOTLOADER_NOT_ENTERED', { asked: by, seen: 'the bootloader', ...swap });
    }
    seen = device?.address === leaver.address ? 'still its firmware' : (device?.mode ?? 'nothing');
    if (bounds.clock.now() - beganMs >= ENTER_MS_MAX) break;
  }
  throw new Fault('BOOTLOADER_NOT_ENTERED', { asked: by, seen });
}
