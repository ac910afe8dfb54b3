import { ST_BOOTLOADER } from '@flashline/contracts';
import { type AttemptReport, type Progress, runAttempt, systemClock } from '@flashline/dfuse';
import { openUsbBus, type UsbBus } from '@flashline/usb';
import { imageOf } from './images.ts';
import { openRig, type Rig } from './rig.ts';

/** A rig with the product's own bus and engine in the process of the scenario. */
export interface EngineRig extends Rig {
  readonly bus: UsbBus;
  /** Flashes a board with the engine as it is shipped. */
  flash(path: string, data: Uint8Array, onProgress?: (progress: Progress) => void): Promise<AttemptReport>;
}

/** As openRig. */
export async function openEngineRig(): Promise<EngineRig> {
  const rig = await openRig();
  const bus = await openUsbBus();
  const context = { clock: systemClock(), signal: new AbortController().signal, parts: rig.parts };
  return {
    ...rig,
    bus,
    flash: (path, data, onProgress = () => {}) =>
      runAttempt(bus, path, { image: imageOf(data), board: ST_BOOTLOADER, leave: true }, { ...context, onProgress }),
    async close() {
      await rig.close();
      await bus.close();
    },
  };
}
