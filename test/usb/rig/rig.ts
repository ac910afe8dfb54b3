import { readdirSync, readFileSync } from 'node:fs';
import { ST_BOOTLOADER } from '@flashline/contracts';
import { type AttemptReport, type Progress, runAttempt, systemClock } from '@flashline/dfuse';
import { openUsbBus, type UsbBus } from '@flashline/usb';
import { type BoardSpec, connectBench, type RemoteBench } from '@flashline/virtual-boards';
import { type Boards, OUTSIDE } from '../machine/job.ts';
import { Cables } from './cables.ts';
import { imageOf } from './images.ts';
import { until } from './until.ts';

const SYSFS = '/sys/bus/usb/devices';

/** What a scenario works with: boards outside, and the bus of this kernel that they are plugged into. */
export interface Rig {
  /** The hands that plug and pull, and eyes that look past the bootloader. */
  readonly bench: RemoteBench;
  /** The product's own bus. */
  readonly bus: UsbBus;
  /** Puts boards onto the bench and waits until this kernel has them all. */
  plug(boards: Readonly<Record<string, BoardSpec>>): Promise<void>;
  /** Flashes a board with the engine as it is shipped. */
  flash(path: string, data: Uint8Array, onProgress?: (progress: Progress) => void): Promise<AttemptReport>;
  /** What is really in the flash of a board. */
  memory(path: string, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export const FLASH = 0x0800_0000;

/** The bench is empty when this resolves, whatever the scenario before has left. */
export async function openRig(): Promise<Rig> {
  const { benchPort, usbipPort, parts } = JSON.parse(
    readFileSync(process.env.FLASHLINE_BOARDS ?? '', 'utf8'),
  ) as Boards;
  const bench = await connectBench(`${OUTSIDE}:${benchPort}`);
  for (const { path } of await bench.list()) await bench.unplug(path);
  const cables = new Cables(bench, usbipPort);
  cables.connect();
  const bus = await openUsbBus();
  const context = { clock: systemClock(), signal: new AbortController().signal, parts };
  return {
    bench,
    bus,
    async plug(boards) {
      for (const [path, spec] of Object.entries(boards)) await bench.plug(path, spec);
      for (const path of Object.keys(boards)) await until(`the kernel has ${path}`, () => productAt(path));
    },
    flash: (path, data, onProgress = () => {}) =>
      runAttempt(bus, path, { image: imageOf(data), board: ST_BOOTLOADER, leave: true }, { ...context, onProgress }),
    async memory(path, length) {
      const { bytes } = await bench.inspect(path, { address: FLASH, length, withBytes: true });
      return bytes ?? new Uint8Array(0);
    },
    async close() {
      for (const { path } of await bench.list()) await bench.unplug(path);
      await cables.close();
      await bus.close();
      await bench.close();
    },
  };
}

/** `vendor:product` of what the kernel has on a port, when it is done with its enumeration; null when there is nothing. */
export function productAt(path: string): string | null {
  try {
    const word = (name: string) => readFileSync(`${SYSFS}/${path}/${name}`, 'utf8').trim();
    // An active configuration is the last that the kernel gives a device.
    return word('bConfigurationValue') === '' ? null : `${word('idVendor')}:${word('idProduct')}`;
  } catch {
    return null;
  }
}

/** All port paths on which the kernel has a device. */
export function pathsInKernel(): readonly string[] {
  return readdirSync(SYSFS).filter((name) => /^\d+-[\d.]+$/.test(name));
}
