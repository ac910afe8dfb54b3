import { asFault, Fault, type FaultDetails } from '@flashline/contracts';
import { type BusDevice, type Clock, type DfuBus, type DfuPort, systemClock } from '@flashline/dfuse';
import { loadBinding, type UsbBinding } from './binding.ts';
import { configurationOf, isHub, modeOf } from './descriptor/configuration.ts';
import { linuxHost, SILENT_HOST, type UsbHost } from './discovery/host.ts';
import { SerialNumbers } from './discovery/serial-numbers.ts';
import { type Sighting, Sightings } from './discovery/sightings.ts';
import { openPort } from './open-port.ts';

/** What a bus stands on; all of it replaceable in tests. */
export interface UsbBusOptions {
  readonly binding?: UsbBinding;
  readonly host?: UsbHost;
  readonly clock?: Clock;
}

/** The real USB bus of this computer. */
export interface UsbBus extends DfuBus {
  /** What keeps this computer from seeing boards, in plain words; null when nothing is known to be wrong. */
  readonly trouble: string | null;
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

  constructor(binding: UsbBinding, host: UsbHost, clock: Clock) {
    this.#binding = binding;
    this.#host = host;
    this.#clock = clock;
    this.#sightings = new Sightings(binding, host, clock);
    this.#serials = new SerialNumbers(host, clock);
  }

  get trouble(): string | null {
    const trouble = this.#host.trouble();
    if (trouble !== null) return trouble;
    const paths = this.#sightings.unseenFor(SETTLE_MS).slice(0, 8);
    if (paths.length === 0) return null;
    return `The USB library was not told of the devices at ${paths.join(', ')}. Check that udevd runs, then restart the station.`;
  }

  async list(): Promise<readonly BusDevice[]> {
    const sightings = this.#sightings.look();
    const keys = new Set(sightings.map(({ key }) => key));
    for (const key of this.#modes.keys()) if (!keys.has(key)) this.#modes.delete(key);
    this.#serials.keepOnly(keys);
    return Promise.all(sightings.filter(({ device }) => !isHub(device)).map((sighting) => this.#describe(sighting)));
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

  async open(path: string): Promise<DfuPort> {
    const giveUpAtMs = this.#clock.now() + SETTLE_MS;
    for (;;) {
      const tried = await this.#tryOpen(path).catch((thrown: unknown) => asFault(thrown, 'USB_HOST'));
      if (!(tried instanceof Fault)) return tried;
      if (!maySettle(tried.details) || this.#clock.now() >= giveUpAtMs) throw tried;
      await this.#clock.sleep(SETTLE_STEP_MS);
    }
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

  async #tryOpen(path: string): Promise<DfuPort> {
    const sighting = this.#sightings.look().find((seen) => seen.path === path);
    if (sighting === undefined && this.#sightings.isUnseen(path)) throw new Fault('USB_HOST', { path, reason: UNSEEN });
    if (sighting === undefined) throw new Fault('BOARD_GONE', { path });
    const { key } = sighting;
    if (this.#ports.has(key)) throw new Fault('USB_BUSY', { path, reason: 'this process has it open already' });
    this.#ports.set(key, null);
    try {
      const port = await this.#openSighted(sighting);
      this.#ports.set(key, port);
      return port;
    } catch (thrown) {
      this.#ports.delete(key);
      if (this.#sightings.isPresent(sighting)) throw thrown;
      // Whatever failed, it failed because the board was pulled.
      throw new Fault('BOARD_GONE', asFault(thrown, 'USB_HOST').details, { cause: thrown });
    }
  }

  async #openSighted(sighting: Sighting): Promise<DfuPort> {
    await this.#serials.known(sighting.key);
    return openPort(sighting, {
      clock: this.#clock,
      isPresent: () => this.#sightings.isPresent(sighting),
      onClosed: () => this.#ports.delete(sighting.key),
    });
  }
}

function maySettle({ errno, reason }: FaultDetails): boolean {
  return errno === 'LIBUSB_ERROR_ACCESS' || reason === UNSEEN;
}
