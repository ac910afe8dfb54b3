import { join } from 'node:path';
import { readPartsFile } from '@flashline/config';
import { systemClock } from '@flashline/dfuse';
import { serveBench, serveUsbip, VirtualBench } from '@flashline/virtual-boards';
import type { Boards } from './machine/job.ts';

const PARTS_FILE = join(import.meta.dirname, '../../config/parts.yaml');

/** The boards of the lane. They are outside of the machine, as real boards are, and keep real time whatever the emulation does. */
export async function serveBoards(): Promise<{ readonly boards: Boards; close(): Promise<void> }> {
  const bench = new VirtualBench({ clock: systemClock() });
  const served = await serveBench(bench);
  const exported = await serveUsbip(bench, { port: 0 });
  return {
    boards: {
      benchPort: portOf(served.address),
      usbipPort: portOf(exported.address),
      parts: await readPartsFile(PARTS_FILE),
    },
    async close() {
      await Promise.all([served.close(), exported.close()]);
      await bench.close();
    },
  };
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
