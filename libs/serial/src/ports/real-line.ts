import { access } from 'node:fs/promises';
import { type Clock, Fault, type OpenLine, type SerialLine } from '@flashline/contracts';
import { type Timing, within } from '../within.ts';
import { openFault } from './open-fault.ts';

type Done = (error?: Error | null) => void;

/** The little of a port of serialport that is needed, so that tests can hold one. */
export interface RawPort {
  open(done: Done): void;
  write(bytes: Buffer, done: Done): unknown;
  update(options: { readonly baudRate: number }, done: Done): void;
  set(lines: { readonly dtr: boolean; readonly rts: boolean }, done: Done): void;
  flush(done: Done): void;
  close(done: Done): void;
  on(event: 'data', listener: (bytes: Buffer) => void): unknown;
  on(event: 'close' | 'error', listener: () => void): unknown;
}

/** A driver may keep an open waiting for a hung board: Linux gives each of its control transfers 5 s. */
const OPEN_MS_MAX = 3_000;
const LOOK_MS = 100;

/**
 * Opens nothing yet. What serialport 13 does then on Linux (bindings-cpp 13, serialport_unix.cpp): `open(2)`, in which the kernel
 * tells the board the speed that the tty was last used at and raises DTR and RTS, whatever anybody says; then raw mode, and only
 * then our speed. So a tty that somebody left at 1200 is put right here, and DTR does not drop before it is. `hupcl: false` asks
 * to keep DTR up on close; the binding never clears the flag, so on Linux, where it is set from the start, DTR drops all the
 * same: at our speed, not at 1200, so it is no sign.
 */
export async function rawPort(device: string, baudRate: number): Promise<RawPort> {
  // A station whose boards all come in their bootloader needs none of it.
  const { SerialPort } = await import('serialport');
  return new SerialPort({ path: device, baudRate, autoOpen: false, hupcl: false });
}

/** Makes a port, and opens nothing yet. */
export type MakePort = (device: string, baudRate: number) => RawPort | Promise<RawPort>;

/** Where a port is opened, and with what. */
export interface Opening {
  readonly path: string;
  readonly device: string;
  readonly clock: Clock;
  readonly makePort: MakePort;
}

/** Opens a serial port. Rejects as SerialPorts.open does. */
export async function openLine({ path, device, clock, makePort }: Opening, how: OpenLine): Promise<SerialLine> {
  const port = await makePort(device, how.baudRate);
  // Opening alone may restart a board (1200 baud), and this one is not wanted any more.
  how.signal?.throwIfAborted();
  const line = new RealLine(device, port, how.hear);
  const opened = step((done) => port.open(done));
  try {
    const timing: Timing = { clock, signal: how.signal };
    if ((await within(opened, OPEN_MS_MAX, timing)) === 'late')
      throw new Fault('BOARD_SILENT', { path, device, reason: 'does not open', limitMs: OPEN_MS_MAX, hasHung: true });
  } catch (thrown) {
    // One that opens after all is let go.
    opened.then(() => line.close()).catch(() => {});
    if (how.signal?.aborted || thrown instanceof Fault) throw thrown;
    throw openFault(path, device, thrown);
  }
  void line.watch(clock);
  return line;
}

class RealLine implements SerialLine {
  readonly device: string;
  readonly #port: RawPort;
  readonly #over = new AbortController();

  constructor(device: string, port: RawPort, hear: (bytes: Uint8Array) => void) {
    this.device = device;
    this.#port = port;
    port.on('data', hear);
    port.on('close', () => this.#over.abort());
    // Whatever goes wrong also comes back through the callback that waits for it, or is a close.
    port.on('error', () => {});
  }

  get ended(): AbortSignal {
    return this.#over.signal;
  }

  /** Not drained: tcdrain(3) has no limit, and a board that takes nothing would hold a thread of the pool for ever. */
  write(bytes: Uint8Array): Promise<void> {
    return this.#told((done) => this.#port.write(Buffer.from(bytes), done));
  }

  setBaud(baudRate: number): Promise<void> {
    return this.#told((done) => this.#port.update({ baudRate }, done));
  }

  hangUp(): Promise<void> {
    return this.#told((done) => this.#port.set({ dtr: false, rts: false }, done));
  }

  async close(): Promise<void> {
    if (this.ended.aborted) return;
    // What a board has not taken by now would keep close(2) waiting for 30 s.
    await step((done) => this.#port.flush(done)).catch(() => {});
    await step((done) => this.#port.close(done)).catch(() => {});
    this.#over.abort();
  }

  /**
   * Closes the port when its device is gone. serialport may not see that by itself: a tty that was hung up reads as empty, and its
   * binding then reads again and again until memory runs out (bindings-cpp issue 162).
   */
  async watch(clock: Clock): Promise<void> {
    for (;;) {
      const isOver = await clock.sleep(LOOK_MS, this.ended).then(
        () => false,
        () => true,
      );
      if (isOver) return;
      const isGone = await access(this.device).then(
        () => false,
        () => true,
      );
      if (isGone) return this.close();
    }
  }

  /** A tty that is open fails for no other reason than that its device is gone. */
  async #told(start: (done: Done) => void): Promise<void> {
    if (this.ended.aborted) return;
    await step(start).catch(() => this.close());
  }
}

function step(start: (done: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}
