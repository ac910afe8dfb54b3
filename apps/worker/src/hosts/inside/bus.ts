import type { UsbTree } from '@flashline/contracts';
import { type DfuBus, type Firmware, systemClock } from '@flashline/dfuse';
import type { PortAddresses } from '@flashline/usb';
import type { BusChoice } from '../host-messages.ts';
import { firmwareOver } from './firmware.ts';

/** A bus, and in words why it may not show any boards; null when all is well. */
export interface OpenedBus {
  readonly bus: DfuBus;
  readonly firmware: Firmware;
  trouble(): string | null;
  /** What the system has and this process cannot see, as `path@address`; a new process may. */
  unseen(): readonly string[];
  /** The hubs of the last look at the list. */
  hubs(): PortAddresses;
  /** What the system had at the last look and this process could not see yet. */
  arriving(): PortAddresses;
  /** All about the hubs of this computer; null where nobody tells, or where the boards are not on them. */
  tree(): Promise<UsbTree | null>;
}

/** Opens the chosen bus; only host processes call this. What the other one needs is not loaded: many of them start at once. */
export async function openBus(choice: BusChoice): Promise<OpenedBus> {
  switch (choice.kind) {
    case 'usb': {
      const { openUsbBus, usbTreeReader } = await import('@flashline/usb');
      const { systemSerialPorts } = await import('@flashline/serial');
      const bus = await openUsbBus();
      const firmware = firmwareOver(systemSerialPorts({ clock: systemClock() }), bus);
      return {
        bus,
        firmware,
        trouble: () => bus.trouble,
        unseen: () => bus.unseen,
        hubs: () => bus.hubs,
        arriving: () => bus.arriving,
        tree: usbTreeReader(),
      };
    }
    case 'virtual': {
      const { connectBench } = await import('@flashline/virtual-boards');
      const bus = await connectBench(choice.address);
      const firmware = firmwareOver(bus.serial, bus);
      const none = () => ({});
      return {
        bus,
        firmware,
        trouble: () => null,
        unseen: () => [],
        hubs: none,
        arriving: none,
        tree: async () => null,
      };
    }
    default:
      return choice satisfies never;
  }
}
