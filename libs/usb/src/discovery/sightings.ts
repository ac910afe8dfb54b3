import type { Clock } from '@flashline/dfuse';
import type { UsbBinding, UsbDevice } from '../binding.ts';
import { asUsbFault } from '../errors/libusb-error.ts';
import type { UsbHost } from './host.ts';

/** One device as one enumeration showed it. `key` names that enumeration: another plug has another one. */
export interface Sighting {
  readonly key: string;
  readonly path: string;
  readonly address: number;
  readonly device: UsbDevice;
}

/** udevd hands over a hub full of boards one by one; once it has been quiet for this long it has nothing more to tell. */
const QUIET_MS = 5_000;
/** On a line where boards come and go all the time it is never quiet; no udevd is later than this. */
const LOST_MS = 30_000;

/** What sits on the bus: libusb's list, held against the kernel's own where there is one. */
export class Sightings {
  readonly #binding: UsbBinding;
  readonly #host: UsbHost;
  readonly #clock: Clock;
  /** What the kernel has and libusb does not, by path, and since when. */
  readonly #unseen = new Map<string, { readonly address: number; readonly sinceMs: number }>();
  #seen: ReadonlySet<string> = new Set();
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(binding: UsbBinding, host: UsbHost, clock: Clock) {
    this.#binding = binding;
    this.#host = host;
    this.#clock = clock;
  }

  /** Everything with a port path. Throws Fault USB_HOST when libusb cannot tell. */
  look(): readonly Sighting[] {
    const seen = this.#devices().flatMap(sightingsOf);
    const kernel = this.#host.addresses();
    if (kernel === null) return seen;
    // libusb learns of an unplug from udev, later than the kernel or never.
    const present = seen.filter(({ path, address }) => kernel.get(path) === address);
    this.#noteSeen(new Set(present.map(({ key }) => key)));
    this.#noteUnseen(kernel, new Set(present.map(({ path }) => path)));
    return present;
  }

  /** False once this device has left, whatever sits on its port now. While nobody can tell, it counts as there. */
  isPresent({ path, address, device }: Sighting): boolean {
    const kernel = this.#host.address(path);
    if (kernel !== undefined) return kernel === address;
    try {
      return this.#devices().some((now) => now.busNumber === device.busNumber && now.deviceAddress === address);
    } catch {
      return true;
    }
  }

  /** True when the last look found a device at this path that the kernel has and libusb does not. */
  isUnseen(path: string): boolean {
    return this.#unseen.has(path);
  }

  /** What the last look found at the kernel and not at libusb: the address by the path. */
  arriving(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#unseen].map(([path, { address }]) => [path, address]));
  }

  /** What the kernel has and libusb will not be told of any more, as `path@address`. */
  lost(): readonly string[] {
    const nowMs = this.#clock.now();
    const isQuiet = nowMs - this.#toldAtMs >= QUIET_MS;
    const old = [...this.#unseen].filter(([, { sinceMs }]) => nowMs - sinceMs >= (isQuiet ? QUIET_MS : LOST_MS));
    return old.map(([path, { address }]) => keyOf(path, address));
  }

  #noteSeen(keys: ReadonlySet<string>): void {
    if (!keys.isSubsetOf(this.#seen)) this.#toldAtMs = this.#clock.now();
    this.#seen = keys;
  }

  #noteUnseen(kernel: ReadonlyMap<string, number>, seen: ReadonlySet<string>): void {
    for (const path of this.#unseen.keys()) if (seen.has(path) || !kernel.has(path)) this.#unseen.delete(path);
    for (const [path, address] of kernel) {
      if (seen.has(path) || this.#unseen.get(path)?.address === address) continue;
      this.#unseen.set(path, { address, sinceMs: this.#clock.now() });
    }
  }

  #devices(): readonly UsbDevice[] {
    try {
      return this.#binding.getDeviceList();
    } catch (thrown) {
      throw asUsbFault(thrown, { doing: 'list the devices of the bus' });
    }
  }
}

// Root hubs have no ports on the way to them, and no board sits in them.
function sightingsOf(device: UsbDevice): Sighting[] {
  const { busNumber, portNumbers, deviceAddress: address } = device;
  if (portNumbers === undefined || portNumbers.length === 0) return [];
  const path = `${busNumber}-${portNumbers.join('.')}`;
  return [{ key: keyOf(path, address), path, address, device }];
}

function keyOf(path: string, address: number): string {
  return `${path}@${address}`;
}
