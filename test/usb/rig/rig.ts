import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Part } from '@flashline/contracts';
import { type BoardSpec, connectBench, type RemoteBench } from '@flashline/virtual-boards';
import { OUTSIDE } from '../machine/job.ts';
import { Cables } from './cables.ts';
import { FLASH } from './images.ts';
import { myTurn } from './turn.ts';
import { until } from './until.ts';

const SYSFS = '/sys/bus/usb/devices';
/** What a hand takes to pull a board and plug one in, seen by a station whose hot-plug events are late: its rescan, and then some. */
export const HANDS_MS = 2000;

/** What a scenario works with: boards outside, plugged into the bus of this kernel. */
export interface Rig {
  /** The hands that plug and pull, and eyes that look past the bootloader. */
  readonly bench: RemoteBench;
  /** What `config/parts.yaml` knows. */
  readonly parts: readonly Part[];
  /** Puts boards onto the bench and waits until this kernel has them all. */
  plug(boards: Readonly<Record<string, BoardSpec>>): Promise<void>;
  /** Pulls boards and waits until this kernel has lost them all. */
  pull(paths: readonly string[]): Promise<void>;
  /** What is really in the flash of a board. */
  memory(path: string, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** The bench is empty when this resolves, whatever the scenario before has left. */
export async function openRig(): Promise<Rig> {
  const { benchPort, usbipPort, parts } = (await myTurn()).boards;
  const bench = await connectBench(`${OUTSIDE}:${benchPort}`);
  const clear = async () => {
    for (const { path } of await bench.list()) await bench.unplug(path);
  };
  await clear();
  const cables = new Cables(bench, usbipPort);
  cables.connect();
  return {
    bench,
    parts,
    async plug(boards) {
      for (const [path, spec] of Object.entries(boards)) await bench.plug(path, spec);
      for (const path of Object.keys(boards)) await until(`the kernel has ${path}`, () => productAt(path));
    },
    async pull(paths) {
      for (const path of paths) await bench.unplug(path);
      for (const path of paths) await leftKernel(path);
    },
    async memory(path, length) {
      const { bytes } = await bench.inspect(path, { address: FLASH, length, withBytes: true });
      return bytes ?? new Uint8Array(0);
    },
    async close() {
      await clear();
      await cables.close();
      await bench.close();
    },
  };
}

/** Resolves when the kernel has nothing on a port. */
export async function leftKernel(path: string, seconds = 30): Promise<void> {
  await until(`the kernel has lost ${path}`, () => (existsSync(`${SYSFS}/${path}`) ? null : true), { seconds });
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
