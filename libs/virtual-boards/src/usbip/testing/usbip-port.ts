import { type DfuDevice, type DfuPort, TransferError } from '@flashline/dfuse';
import { type Returned, UsbipHost } from './usbip-host.ts';

const STALL = -32;

/** A DFU interface as a host has it that knows nothing of the board but what USB tells. */
export class UsbipPort implements DfuPort {
  readonly device: DfuDevice;
  readonly #host: UsbipHost;

  private constructor(host: UsbipHost, device: DfuDevice) {
    this.#host = host;
    this.device = device;
  }

  /** Imports a board and enumerates it, as a kernel and libusb do. */
  static async open(address: string, busid: string): Promise<UsbipPort> {
    const host = await UsbipHost.attach(address, busid);
    return new UsbipPort(host, await enumerated(host));
  }

  async controlOut(request: number, value: number, data: Uint8Array, timeoutMs: number): Promise<void> {
    await this.#transfer(this.#host.control([0x21, request, value, 0], data), timeoutMs);
  }

  async controlIn(request: number, value: number, length: number, timeoutMs: number): Promise<Uint8Array> {
    return Uint8Array.from(
      (await this.#transfer(this.#host.control([0xa1, request, value, 0], length), timeoutMs)).bytes,
    );
  }

  async selectAlternate(alternate: number): Promise<void> {
    await this.#transfer(this.#host.control([0x01, 11, alternate, 0], new Uint8Array(0)), 5000);
  }

  close(): Promise<void> {
    return this.#host.detach();
  }

  async #transfer({ sequence, returned }: { sequence: number; returned: Promise<Returned> }, timeoutMs: number) {
    const timer = setTimeout(() => void this.#host.unlink(sequence).then(() => timedOut()), timeoutMs);
    let timedOut = () => {};
    const late = new Promise<never>((_, reject) => {
      timedOut = () => reject(new TransferError('timeout', 'unlinked'));
    });
    try {
      const answer = await this.#host.orUnplugged(Promise.race([returned, late]));
      if (answer.status === STALL) throw new TransferError('stall', 'EPIPE');
      if (answer.status !== 0) throw new TransferError('protocol', `errno ${answer.status}`);
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }
}

async function enumerated(host: UsbipHost): Promise<DfuDevice> {
  const device = await some(host, 1, 0, 18);
  const short = await some(host, 2, 0, 9);
  const configuration = await some(host, 2, 0, short.readUInt16LE(2));
  await host.control([0x00, 9, configuration[5] ?? 0, 0], new Uint8Array(0)).returned;
  const alternates = [];
  let functional = configuration;
  for (let at = 0; at < configuration.length; at += configuration[at] ?? 255) {
    const [, type, , alternate = 0, , , , , name = 0] = configuration.subarray(at);
    if (type === 4) alternates.push({ alternate, name: await text(host, name) });
    if (type === 0x21) functional = configuration.subarray(at);
  }
  return {
    vendorId: device.readUInt16LE(8),
    productId: device.readUInt16LE(10),
    bcdDevice: device.readUInt16LE(12),
    usbSerial: device[16] === 0 ? null : await text(host, device[16] ?? 0),
    functional: {
      attributes: functional[2] ?? 0,
      detachTimeoutMs: functional.readUInt16LE(3),
      transferSize: functional.readUInt16LE(5),
      bcdDfu: functional.readUInt16LE(7),
    },
    alternates,
  };
}

async function text(host: UsbipHost, index: number): Promise<string> {
  return (await some(host, 3, index, 255)).subarray(2).toString('utf16le');
}

async function some(host: UsbipHost, type: number, index: number, length: number): Promise<Buffer> {
  const found = await host.descriptor(type, index, length);
  if (!found) throw new Error(`no descriptor ${type} ${index}`);
  return found;
}
