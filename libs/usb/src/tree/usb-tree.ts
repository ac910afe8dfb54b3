import {
  comparePorts,
  type UsbCapacity,
  type UsbFinding,
  type UsbHub,
  type UsbSpeed,
  type UsbTree,
} from '@flashline/contracts';
import { capacityOf } from './capacity.ts';
import { isRoot, Sysfs, type SysfsDevice } from './sysfs.ts';

const HUBS_MAX = 256;
const CONTROLLERS_MAX = 32;
/** Hubs in a row that USB works with (USB 2.0, 4.1.1). */
const HUB_DEPTH_MAX = 5;

/**
 * Reads the USB tree of this computer, from sysfs below `root`, as often as it is called; null where there is none (Windows,
 * macOS, most containers). Takes seconds while the kernel is busy with a broken device.
 */
export function usbTreeReader(root = '/'): () => Promise<UsbTree | null> {
  const sysfs = new Sysfs(root);
  return async () => {
    const devices = await sysfs.read();
    return devices === null ? null : usbTreeOf(devices);
  };
}

/** As usbTreeReader, once. */
export function readUsbTree(root?: string): Promise<UsbTree | null> {
  return usbTreeReader(root)();
}

/** The hubs among these devices, what their controllers carry, and what a person should know of it. */
export function usbTreeOf(devices: readonly SysfsDevice[]): UsbTree {
  const controllers = new Map(devices.filter(isRootHub).map((hub) => [busOf(hub), hub.controller]));
  const hubs = devices
    .filter(({ isHub }) => isHub)
    .sort((a, b) => comparePorts(a.path, b.path))
    .slice(0, HUBS_MAX)
    .map((hub) => asHub(hub, controllers.get(busOf(hub)) ?? null));
  const capacities = capacitiesOf(devices).slice(0, CONTROLLERS_MAX);
  const findings = [...sharedTranslators(hubs, devices), ...deepHubs(hubs), ...fullControllers(capacities)];
  return { hubs, capacities, findings };
}

function asHub(hub: SysfsDevice, controller: string | null): UsbHub {
  const { path, vendorId, productId, name, ports } = hub;
  const speed = speedOf(hub);
  return { path, controller, vendorId, productId, name, speed, translators: translatorsOf(hub), ports };
}

// Linux lets the root hubs of xHCI controllers pose as single-translator hubs, but those speak every speed themselves.
function translatorsOf(hub: SysfsDevice): UsbHub['translators'] {
  if (isRootHub(hub) || speedOf(hub) !== 'high') return 'none';
  if (hub.protocol === 1) return 'single';
  return hub.protocol === 2 ? 'multi' : 'none';
}

function speedOf({ megabitsPerSecond }: SysfsDevice): UsbSpeed {
  if (megabitsPerSecond >= 10_000) return 'super-plus';
  if (megabitsPerSecond >= 5_000) return 'super';
  if (megabitsPerSecond >= 480) return 'high';
  return megabitsPerSecond >= 12 ? 'full' : 'low';
}

function capacitiesOf(devices: readonly SysfsDevice[]): UsbCapacity[] {
  const rootHubs = devices.filter(isRootHub);
  const names = new Set(rootHubs.flatMap(({ controller }) => controller ?? []));
  return [...names].sort().map((name) => {
    const own = rootHubs.filter(({ controller }) => controller === name);
    const buses = new Set(own.map(busOf));
    const below = devices.filter((device) => buses.has(busOf(device)) && !isRootHub(device));
    return capacityOf(name, own, below);
  });
}

function sharedTranslators(hubs: readonly UsbHub[], devices: readonly SysfsDevice[]): UsbFinding[] {
  const isHighSpeed = new Set(hubs.filter(({ speed }) => speed === 'high').map(({ path }) => path));
  const slow = devices.filter(({ isHub, megabitsPerSecond }) => !isHub && megabitsPerSecond < 480);
  // A full-speed hub on the way has no translator: the nearest high-speed hub works for all behind it.
  const translators = slow.map(({ path }) => hubsAbove(path).find((hub) => isHighSpeed.has(hub)));
  return hubs
    .filter(({ translators }) => translators === 'single')
    .map(({ path }) => ({ path, count: translators.filter((hub) => hub === path).length }))
    .filter(({ count }) => count > 1)
    .map(({ path, count }) => ({ kind: 'shared-translator', hub: path, devices: count }));
}

function deepHubs(hubs: readonly UsbHub[]): UsbFinding[] {
  return hubs
    .map(({ path }) => ({ hub: path, depth: hubsAbove(path).length }))
    .filter(({ depth }) => depth >= HUB_DEPTH_MAX)
    .map(({ hub, depth }) => ({ kind: 'deep-hub', hub, depth }));
}

function fullControllers(capacities: readonly UsbCapacity[]): UsbFinding[] {
  return capacities
    .filter(({ roomFor }) => roomFor.dfu === 0)
    .map(({ controller }) => ({ kind: 'full-controller', controller }));
}

/** The hubs on the way from a device to its bus, the nearest first: `1-2`, `1-0` of `1-2.3`. */
function hubsAbove(path: string): string[] {
  const above: string[] = [];
  for (let dot = path.lastIndexOf('.'); dot >= 0; dot = path.lastIndexOf('.', dot - 1)) above.push(path.slice(0, dot));
  return [...above, `${path.slice(0, path.indexOf('-'))}-0`];
}

function isRootHub({ path }: Pick<SysfsDevice, 'path'>): boolean {
  return isRoot(path);
}

function busOf({ path }: SysfsDevice): string {
  return path.slice(0, path.indexOf('-'));
}
