import type { DfuBus } from '@flashline/dfuse';
import { openUsbBus } from '@flashline/usb';
import { connectBench } from '@flashline/virtual-boards';
import type { BusChoice } from './host-messages.ts';

/** A bus, and in words why it may not show any boards; null when all is well. */
export interface OpenedBus {
  readonly bus: DfuBus;
  trouble(): string | null;
}

/** Opens the chosen bus; only host processes call this. */
export async function openBus(choice: BusChoice): Promise<OpenedBus> {
  switch (choice.kind) {
    case 'usb': {
      const bus = await openUsbBus();
      return { bus, trouble: () => bus.trouble };
    }
    case 'virtual':
      return { bus: await connectBench(choice.address), trouble: () => null };
    default:
      return choice satisfies never;
  }
}
