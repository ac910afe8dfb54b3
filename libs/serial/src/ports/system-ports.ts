import { type Clock, Fault, type OpenLine, type SerialLine, type SerialPorts } from '@flashline/contracts';
import { type ListedPort, macDeviceAt } from './listed-ports.ts';
import { mayUse, obstacleAt } from './open-fault.ts';
import { type MakePort, openLine, rawPort } from './real-line.ts';
import { serialDevicesAt } from './ttys.ts';

/** What the serial ports of this computer stand on; all but the clock is for tests. */
export interface SystemPortsOptions {
  readonly clock: Clock;
  readonly platform?: NodeJS.Platform;
  readonly root?: string;
  readonly list?: () => Promise<readonly ListedPort[]>;
  readonly makePort?: MakePort;
  readonly tryAccess?: typeof mayUse;
}

/**
 * After an enumeration the kernel makes the interface, then the tty; udev makes its node, then sets who may use it, and programs
 * that look at every new port let it go again. Until then, opening is tried again.
 */
const SETTLE_MS_MAX = 3_000;
const SETTLE_STEP_MS = 50;

/**
 * The serial ports of this computer, found by their USB port. Where the system does not tell the USB port, as on Windows, `open`
 * rejects with USB_HOST.
 */
export function systemSerialPorts(options: SystemPortsOptions): SerialPorts {
  const { platform = process.platform } = options;
  if (platform === 'linux' || platform === 'darwin') return new SystemPorts(options);
  return { open: (path) => Promise.reject(untold(path, platform)) };
}

class SystemPorts implements SerialPorts {
  readonly #clock: Clock;
  readonly #platform: NodeJS.Platform;
  readonly #root: string;
  readonly #list: () => Promise<readonly ListedPort[]>;
  readonly #makePort: MakePort;
  readonly #tryAccess: typeof mayUse;

  constructor(options: SystemPortsOptions) {
    this.#clock = options.clock;
    this.#platform = options.platform ?? process.platform;
    this.#root = options.root ?? '/';
    this.#list = options.list ?? (async () => (await import('serialport')).SerialPort.list());
    this.#makePort = options.makePort ?? rawPort;
    this.#tryAccess = options.tryAccess ?? mayUse;
  }

  async open(path: string, how: OpenLine): Promise<SerialLine> {
    const dueMs = this.#clock.now() + SETTLE_MS_MAX;
    for (;;) {
      try {
        return await this.#tryToOpen(path, how);
      } catch (thrown) {
        if (!(thrown instanceof Fault) || this.#clock.now() >= dueMs) throw thrown;
      }
      await this.#clock.sleep(SETTLE_STEP_MS, how.signal);
    }
  }

  async #tryToOpen(path: string, how: OpenLine): Promise<SerialLine> {
    const device = await this.#deviceAt(path);
    if (device === null) throw new Fault('BOARD_SILENT', { path, reason: 'the board has no serial port' });
    const obstacle = await obstacleAt(path, device, this.#tryAccess);
    if (obstacle) throw obstacle;
    return openLine({ path, device, clock: this.#clock, makePort: this.#makePort }, how);
  }

  async #deviceAt(path: string): Promise<string | null> {
    if (this.#platform === 'darwin') return macDeviceAt(path, await this.#list());
    return (await serialDevicesAt(path, this.#root))[0] ?? null;
  }
}

/** `Port_#0003.Hub_#0001`: Windows numbers its hubs as it finds them, and libusb does not tell those numbers. */
function untold(path: string, platform: string): Fault {
  const reason = 'this system does not tell on which USB port a serial port is';
  return new Fault('USB_HOST', { path, platform, reason });
}
