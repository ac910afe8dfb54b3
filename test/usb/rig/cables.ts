import { readFileSync, writeFileSync } from 'node:fs';
import { importDevice, type RemoteBench } from '@flashline/virtual-boards';
import { OUTSIDE } from '../machine/job.ts';
import { PORTS_PER_BUS } from './ports.ts';

const VHCI = '/sys/devices/platform/vhci_hcd.0';
/** The state that vhci_hcd calls VDEV_ST_NULL. */
const FREE = '004';

/** The cables between the boards outside and the ports of this kernel: a bench slot `1-3` is port 3 of bus 1, and so on. */
export class Cables {
  readonly #bench: RemoteBench;
  readonly #usbipPort: number;
  /** The address of what was plugged into each port last. */
  readonly #plugged = new Map<string, number>();
  #work: Promise<void> = Promise.resolve();
  #stop = () => {};

  constructor(bench: RemoteBench, usbipPort: number) {
    this.#bench = bench;
    this.#usbipPort = usbipPort;
  }

  /** From now on whatever comes onto the bench is plugged in here; what leaves the bench is gone by itself. */
  connect(): void {
    this.#stop = this.#bench.watch(() => this.#look());
    this.#look();
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#work;
  }

  #look(): void {
    this.#work = this.#work.then(() => this.#plugAll());
  }

  async #plugAll(): Promise<void> {
    const fresh = (await this.#bench.list()).filter(({ path, address }) => this.#plugged.get(path) !== address);
    for (const { path, address } of fresh) {
      const port = kernelPort(path);
      // The kernel has not yet let go of what was here before: look again.
      if (!isFree(port)) {
        setTimeout(() => this.#look(), 20);
        continue;
      }
      this.#plugged.set(path, address);
      await plugIn(port, path, this.#usbipPort);
    }
  }
}

async function plugIn(port: number, busid: string, usbipPort: number): Promise<void> {
  // The board may have left again, and somebody else may have taken it.
  const device = await importDevice(OUTSIDE, usbipPort, busid).catch(() => null);
  if (device === null) return;
  try {
    writeFileSync(`${VHCI}/attach`, `${port} ${device.fd} ${device.devid} ${device.speed}`);
  } finally {
    device.close();
  }
}

/** The number that vhci_hcd gives to a port path such as `3-2`. */
function kernelPort(path: string): number {
  const [bus = 0, port = 0] = path.split('-').map(Number);
  return (bus - 1) * PORTS_PER_BUS + (port - 1);
}

function isFree(port: number): boolean {
  const controller = Math.floor(port / (2 * PORTS_PER_BUS));
  const file = controller === 0 ? `${VHCI}/status` : `${VHCI}/status.${controller}`;
  // "hs  0003 004 000 00000000 000000 0-0": hub, port, state, …
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((text) => Number(text.split(/\s+/)[1]) === port);
  return line?.split(/\s+/)[2] === FREE;
}
