import { z } from 'zod';
import { SlotPath } from './names.ts';

/** Buses, hubs and findings of one computer: far more than a bench has, and little enough to send once a second. */
const HUBS_MAX = 256;
const CONTROLLERS_MAX = 32;

const U16 = z.int().min(0).max(0xffff);
const Count = z.int().min(0).max(10_000);
/** A USB controller as the system names it: `0000:00:14.0`, `vhci_hcd.0`. */
const ControllerName = z.string().min(1).max(64);

export const UsbSpeed = z.enum(['low', 'full', 'high', 'super', 'super-plus']);
export type UsbSpeed = z.infer<typeof UsbSpeed>;

/** A hub, or the root hub of a bus. The ports below a hub at `1-2` are `1-2.1`, `1-2.2`; those of root hub `1-0` are `1-1`, `1-2`. */
export const UsbHub = z.strictObject({
  path: SlotPath,
  /** Null where the system does not tell. */
  controller: ControllerName.nullable(),
  vendorId: U16,
  productId: U16,
  name: z.string().max(128).nullable(),
  speed: UsbSpeed,
  /**
   * How a high-speed hub talks to slower devices (USB 2.0, 11.23.1, bDeviceProtocol 1 and 2): through one translator of
   * 12 Mbit/s for all its ports, or one for each. Root hubs and hubs of other speeds need none.
   */
  translators: z.enum(['none', 'single', 'multi']),
  ports: z.int().min(0).max(255),
});
export type UsbHub = z.infer<typeof UsbHub>;

/** A limit that is assumed, because no controller tells its own to a program: the smallest known one that is not already passed. */
export const UsbLimit = z.strictObject({
  max: Count,
  /** `xhci-observed`: where many xHCI controllers stop in practice. `bus-addresses`: 127 on each bus (USB 2.0, 9.4.6). */
  source: z.enum(['xhci-observed', 'bus-addresses']),
});
export type UsbLimit = z.infer<typeof UsbLimit>;

/** What one controller carries, and an estimate of what more it can. Root hubs are part of the controller and do not count. */
export const UsbCapacity = z.strictObject({
  controller: ControllerName,
  devices: Count,
  /** With one control endpoint for each device. */
  endpoints: Count,
  devicesLimit: UsbLimit,
  /** Null where none is known. */
  endpointsLimit: UsbLimit.nullable(),
  /** Boards that fit beside what is plugged in: in the bootloader with one endpoint each, as serial ports with four. */
  roomFor: z.strictObject({ dfu: Count, cdc: Count }),
});
export type UsbCapacity = z.infer<typeof UsbCapacity>;

/** What a person should know about how the bench is wired. */
export const UsbFinding = z.discriminatedUnion('kind', [
  /** Several low- or full-speed devices wait for the one translator of this hub. */
  z.strictObject({ kind: z.literal('shared-translator'), hub: SlotPath, devices: Count }),
  /** A hub behind `depth - 1` others: at 5 no further hub works behind it, past 5 it does not work itself (USB 2.0, 4.1.1). */
  z.strictObject({ kind: z.literal('deep-hub'), hub: SlotPath, depth: z.int().min(5).max(7) }),
  /** By the limits assumed, not one more board fits on this controller. */
  z.strictObject({ kind: z.literal('full-controller'), controller: ControllerName }),
]);
export type UsbFinding = z.infer<typeof UsbFinding>;

/** The USB tree of a station's computer, as far as it matters for placing boards. */
export const UsbTree = z.strictObject({
  hubs: z.array(UsbHub).max(HUBS_MAX),
  capacities: z.array(UsbCapacity).max(CONTROLLERS_MAX),
  findings: z.array(UsbFinding).max(HUBS_MAX + CONTROLLERS_MAX),
});
export type UsbTree = z.infer<typeof UsbTree>;
