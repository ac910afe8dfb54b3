import { setImmediate } from 'node:timers/promises';
import { asFault, Fault } from '@flashline/contracts';
import { type BusDevice, type Clock, type DfuBus, type DfuPort, systemClock } from '@flashline/dfuse';
import { loadBinding, type UsbBinding } from './binding.ts';
import { configurationOf, isHub, modeOf } from './descriptor/configuration.ts';
import { detach } from './detach.ts';
import { linuxHost, SILENT_HOST, type UsbHost } from './discovery/host.ts';
import { SerialNumbers } from './discovery/serial-numbers.ts';
import { type Sighting, Sightings } from './discovery/sightings.ts';
import { mayPass } from './errors/libusb-error.ts';
import { openPort } from './open-port.ts';
import type { PipeSurroundings } from './transfer/control-pipe.ts';

/** What a bus stands on; all of it replaceable in tests. */
export interface UsbBusOptions {
  readonly binding?: UsbBinding;
  readonly host?: UsbHost;
  readonly clock?: Clock;
}

/** USB addresses by port path. Another one, or none: what was there has left meanwhile. */
export type PortAddresses = Readonly<Record<string, number>>;

/** The real USB bus of this computer. */
export interface UsbBus extends DfuBus {
  /** What keeps this computer from seeing boards, in plain words; null when nothing is known to be wrong. */
  readonly trouble: string | null;
  /**
   * What the kernel has and libusb was not told of and will not be, as of the last look at the list: `path@address`. Only a new
   * process sees it. If a new one does not either, libusb cannot read that device: do not start a third for it.
   */
  readonly unseen: readonly string[];
  /** The hubs as of the last look at the list, root hubs left out. */
  readonly hubs: PortAddresses;
  /** What the kernel had at the last look and libusb had not been told of yet: udev may be seconds late. Empty where nobody tells. */
  readonly arriving: PortAddresses;
  /**
   * Asks the running firmware at `path` by its DFU run-time interface to restart into its bootloader (DFU 1.1, 5.1), and
   * resolves when it was asked, also when it has not answered: the bus shows what came of it. Rejects with a Fault: those of
   * `open`, BOARD_STALLED when it refuses, BOARD_SILENT when it has no such interface.
   */
  detachIntoBootloader(path: string): Promise<void>;
}

/** udev sets the permissions of a new device, and only then tells libusb of it: until both are done, open tries again. */
const SETTLE_MS = 2_000;
const SETTLE_STEP_MS = 50;
const UNSEEN = 'the USB library was not told of the device';

/** Opens the USB bus of this computer. Rejects with Fault USB_HOST when the USB library cannot be loaded or started. */
export async function openUsbBus(options: UsbBusOptions = {}): Promise<UsbBus> {
  const binding = options.binding ?? (await loadBinding());
  const host = options.host ?? (process.platform === 'linux' ? linuxHost() : SILENT_HOST);
  return new LibusbBus(binding, host, options.clock ?? systemClock());
}

class LibusbBus implements UsbBus {
  readonly #binding: UsbBinding;
  readonly #host: UsbHost;
  readonly #clock: Clock;
  readonly #sightings: Sightings;
  readonly #serials: SerialNumbers;
  readonly #modes = new Map<string, BusDevice['mode']>();
  /** Null while it is being opened: the binding has one handle per device, so a second user would share it unawares. */
  readonly #ports = new Map<string, DfuPort | null>();
  readonly #stops = new Set<() => void>();
  #hubs: PortAddresses = {};
  /** About to begin; one that has begun may have missed what its asker was told of. */
  #look: Promise<readonly BusDevice[]> | null = null;

  constructor(binding: UsbBinding, host: UsbHost, clock: Clock) {
    this.#binding = binding;
    this.#host = host;
    this.#clock = clock;
    this.#sightings = new Sightings(binding, host, clock);
    this.#serials = new SerialNumbers(binding, host, clock);
  }

  get trouble(): string | null {
    return this.#host.trouble();
  }

  get hubs(): PortAddresses {
    return this.#hubs;
  }

  get arriving(): PortAddresses {
    return this.#sightings.arriving();
  }

  get unseen(): readonly string[] {
    return this.#sightings.lost();
  }

  /** All who ask in one turn of the event loop share a look: a hint wakes whoever waits for a board, and each would look at all of them. */
  list(): Promise<readonly BusDevice[]> {
    this.#look ??= setImmediate().then(() => {
      this.#look = null;
      return this.#lookNow();
    });
    return this.#look;
  }

  async #lookNow(): Promise<readonly BusDevice[]> {
    const sightings = this.#sightings.look();
    const keys = new Set(sightings.map(({ key }) => key));
    for (const key of this.#modes.keys()) if (!keys.has(key)) this.#modes.delete(key);
    this.#serials.keepOnly(keys);
    const hubs = sightings.filter(({ device }) => isHub(device));
    this.#hubs = Object.fromEntries(hubs.map(({ path, address }) => [path, address]));
    return Promise.all(sightings.filter((one) => !hubs.includes(one)).map((sighting) => this.#describe(sighting)));
  }

  watch(onHint: () => void): () => void {
    const hint = () => onHint();
    const stop = () => {
      this.#binding.off('attach', hint);
      this.#binding.off('detach', hint);
      this.#stops.delete(stop);
    };
    this.#stops.add(stop);
    try {
      // Where libusb cannot listen the binding would poll instead, on a timer that keeps the process alive.
      if (!this.#binding._supportedHotplugEvents()) return stop;
      this.#binding.on('attach', hint);
      this.#binding.on('detach', hint);
      this.#binding.unrefHotplugEvents();
    } catch {
      // Only the hints are missing: whoever watches a bus also looks at it on a timer.
    }
    return stop;
  }

  open(path: string): Promise<DfuPort> {
    return this.#whenSettled(path, async (sighting) => {
      const onClosed = () => this.#ports.delete(sighting.key);
      const port = await openPort(sighting, { ...this.#around(sighting), onClosed });
      this.#ports.set(sighting.key, port);
      return port;
    });
  }

  detachIntoBootloader(path: string): Promise<void> {
    return this.#whenSettled(path, async (sighting) => {
      await detach(sighting, this.#around(sighting));
      this.#ports.delete(sighting.key);
    });
  }

  async close(): Promise<void> {
    for (const stop of [...this.#stops]) stop();
    await Promise.all([...this.#ports.values()].map(async (port) => port?.close()));
  }

  async #describe(sighting: Sighting): Promise<BusDevice> {
    const { path, address, device, key } = sighting;
    const { idVendor, idProduct, bcdDevice } = device.deviceDescriptor;
    const mode = this.#modeOf(sighting);
    const isOffLimits = mode === 'other' || this.#ports.has(key);
    const usbSerial = await (isOffLimits ? this.#serials.known(key) : this.#serials.of(sighting));
    return { path, address, vendorId: idVendor, productId: idProduct, bcdDevice, usbSerial, mode };
  }

  #modeOf({ key, device }: Sighting): BusDevice['mode'] {
    const known = this.#modes.get(key);
    if (known !== undefined) return known;
    const configuration = configurationOf(device);
    const mode = modeOf(device, configuration);
    if (configuration !== null) this.#modes.set(key, mode);
    return mode;
  }

  async #whenSettled<T>(path: string, use: (sighting: Sighting) => Promise<T>): Promise<T> {
    const giveUpAtMs = this.#clock.now() + SETTLE_MS;
    for (;;) {
      try {
        return await this.#alone(path, use);
      } catch (thrown) {
        const fault = asFault(thrown, 'USB_HOST');
        if (!maySettle(fault) || this.#clock.now() >= giveUpAtMs) throw fault;
      }
      await this.#clock.sleep(SETTLE_STEP_MS);
    }
  }

  /** `use` keeps the device when it resolves, and must give it back itself. */
  async #alone<T>(path: string, use: (sighting: Sighting) => Promise<T>): Promise<T> {
    const sighting = this.#sightings.look().find((seen) => seen.path === path);
    if (sighting === undefined && this.#sightings.isUnseen(path)) throw new Fault('USB_HOST', { path, reason: UNSEEN });
    if (sighting === undefined) throw new Fault('BOARD_GONE', { path });
    const { key } = sighting;
    if (this.#ports.has(key)) throw new Fault('USB_BUSY', { path, reason: 'this process has it open already' });
    this.#ports.set(key, null);
    try {
      await this.#serials.known(key);
      return await use(sighting);
    } catch (thrown) {
      this.#ports.delete(key);
      if (this.#sightings.isPresent(sighting)) throw thrown;
      // Whatever failed, it failed because the board was pulled.
      throw new Fault('BOARD_GONE', asFault(thrown, 'USB_HOST').details, { cause: thrown });
    }
  }

  #around(sighting: Sighting): PipeSurroundings {
    const isPresent = () => this.#sightings.isPresent(sighting);
    return { binding: this.#binding, clock: this.#clock, isPresent };
  }
}

function maySettle(fault: Fault): boolean {
  return mayPass(fault) || fault.details.reason === UNSEEN;
}
