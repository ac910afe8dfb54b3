import type { SerialPorts } from '@flashline/contracts';
import { type Firmware, systemClock } from '@flashline/dfuse';
import { askIntoBootloader, versionLines } from '@flashline/serial';

/** A bus that can send DFU DETACH to running firmware. */
interface DetachingBus {
  detachIntoBootloader(path: string): Promise<void>;
}

/** The limits of a talk are this computer's, however fast virtual boards are made to be. */
const clock = systemClock();

/** Reaches the firmware of boards over their serial ports, or by DFU DETACH where the recipe says so. */
export function firmwareOver(ports: SerialPorts, bus: DetachingBus): Firmware {
  return {
    async ask(path, entry, signal) {
      if (entry.by === 'dfu-detach') await bus.detachIntoBootloader(path);
      else await askIntoBootloader(ports, path, entry, { clock, signal });
    },
    versionLines: (path, check, limitMs, signal) => versionLines(ports, path, check, { clock, signal, limitMs }),
  };
}
