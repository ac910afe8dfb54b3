import { readFileSync, writeFileSync } from 'node:fs';
import { importDevice, type RemoteBench } from '@flashline/virtual-boards';
import { OUTSIDE } from '../machine/job.ts';
import { PORTS_PER_BUS } from './ports.ts';

const VHCI = '/sys/devices/platform/vhci_hcd.0';
/** The state that vhci_hcd calls VDEV_ST_NULL. */
const FREE = '004';
/** Seldom enough that looking is not what keeps the processor of the lane busy. */
const LOOK_AGAIN_MS = 60;

/** The cables between the boards outside and the ports of this kernel: a bench slot `1-3` is port 3 of bus 1, and so on. */
export class Cables {
  readonly #bench: RemoteBench;
  readonly #usbipPort: number;
  /** The address of what was plugged into each port last. */
  readonly #plugged = new Map<string, number>();
  #work: Promise<void> = Promise.resolve();
  #isToLook = false;
  #again: NodeJS.Timeout | undefined;
  /** Why boards were not to be had; each is told once. */
  readonly #refusals = new Set<string>();
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
    clearTimeout(this.#again);
    // Work that is under way may want to look again.
    await this.#work;
    clearTimeout(this.#again);
  }

  /** However often it is called while work is under way, one look is enough afterwards. */
  #look(): void {
    if (this.#isToLook) return;
    this.#isToLook = true;
    this.#work = this.#work.then(() => this.#plugAll());
  }

  async #plugAll(): Promise<void> {
    this.#isToLook = false;
    clearTimeout(this.#again);
    const fresh = (await this.#bench.list()).filter(({ path, address }) => this.#plugged.get(path) !== address);
    let hasAll = true;
    for (const { path, address } of fresh) {
      const port = kernelPort(path);
      // The kernel has not yet let go of what was here before, or the board is not to be had yet or no more.
      if (isFree(port) && (await this.#hasPluggedIn(port, path))) this.#plugged.set(path, address);
      else hasAll = false;
    }
    if (!hasAll) this.#again = setTimeout(() => this.#look(), LOOK_AGAIN_MS);
  }

  async #hasPluggedIn(port: number, busid: string): Promise<boolean> {
    const device = await importDevice(OUTSIDE, this.#usbipPort, busid).catch(({ message }: Error) => {
      const refusal = `${busid} was not to be had: ${message}`;
      if (!this.#refusals.has(refusal)) console.error(refusal);
      this.#refusals.add(refusal);
      return null;
    });
    if (device === null) return false;
    try {
      writeFileSync(`${VHCI}/attach`, `${port} ${device.fd} ${device.devid} ${device.speed}`);
      return true;
    } finally {
      device.close();
    }
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
