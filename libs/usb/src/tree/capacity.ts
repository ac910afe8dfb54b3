import type { UsbCapacity, UsbLimit } from '@flashline/contracts';
import type { SysfsDevice } from './sysfs.ts';

/** Boards plugged in as serial ports: control, notification, data in, data out. */
const CDC_ENDPOINTS = 4;
/** 127 on each bus (USB 2.0, 9.4.6), one of them the root hub's. */
const BUS_ADDRESSES = 126;
/** Common xHCI controllers say "Max number of devices this xHCI host supports is 32" (openstf/stf#489, raspberrypi/linux#3366). */
const XHCI_DEVICES = 32;
/** The kernel holds Panther Point to 64 endpoints (XHCI_EP_LIMIT_QUIRK); Intel's 8 series has 96. */
const XHCI_ENDPOINTS = [64, 96] as const;

/** What the controller of these root hubs carries and can carry. `devices` are those plugged in on its buses. */
export function capacityOf(
  controller: string,
  rootHubs: readonly SysfsDevice[],
  devices: readonly SysfsDevice[],
): UsbCapacity {
  const isXhci = rootHubs.some(({ name }) => /xhci/i.test(name ?? ''));
  const endpoints = devices.reduce((sum, device) => sum + device.endpoints, 0);
  const devicesLimit = devicesLimitOf(isXhci, rootHubs, devices.length);
  const endpointsLimit = isXhci ? observed(XHCI_ENDPOINTS, endpoints) : null;
  const places = Math.max(0, devicesLimit.max - devices.length);
  const left = endpointsLimit === null ? Number.POSITIVE_INFINITY : endpointsLimit.max - endpoints;
  const roomFor = { dfu: Math.min(places, left), cdc: Math.min(places, Math.floor(left / CDC_ENDPOINTS)) };
  return { controller, devices: devices.length, endpoints, devicesLimit, endpointsLimit, roomFor };
}

function devicesLimitOf(isXhci: boolean, rootHubs: readonly SysfsDevice[], devices: number): UsbLimit {
  const limit = isXhci ? observed([XHCI_DEVICES], devices) : null;
  if (limit !== null) return limit;
  // Boards never sit on the SuperSpeed bus that an xHCI controller has beside its USB 2 bus.
  const buses = rootHubs.filter(({ megabitsPerSecond }) => megabitsPerSecond <= 480).length;
  return { max: BUS_ADDRESSES * Math.max(1, buses), source: 'bus-addresses' };
}

function observed(limits: readonly number[], now: number): UsbLimit | null {
  const max = limits.find((limit) => now <= limit);
  return max === undefined ? null : { max, source: 'xhci-observed' };
}
