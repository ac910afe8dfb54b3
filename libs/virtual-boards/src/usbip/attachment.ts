import { TransferError } from '@flashline/dfuse';
import { ControlPipe } from './device/control-pipe.ts';
import { setupOf } from './device/control-setup.ts';
import type { UsbDevice } from './device/usb-device.ts';
import { ERRNO, type Submit, submitted, type Unlink, unlinked } from './wire/urbs.ts';

/** A serial port has some 40 transfers under way, libusb a few. */
const PENDING_MAX = 256;
const NOTHING = new Uint8Array(0);

/** What was read, or a STALL or a broken protocol. */
type Served = { readonly read: Uint8Array } | { readonly errno: number };
/** How a transfer went; of some the host never hears. */
type Outcome = Served | 'unanswered' | 'gone';

/** A device that a host has imported, and the transfers that are under way. */
export class Attachment {
  readonly #device: UsbDevice;
  readonly #pipe: ControlPipe;
  readonly #send: (bytes: Buffer) => void;
  readonly #pending = new Map<number, AbortController>();
  /** The control transfer that is under way: a host controller begins the next when it is over. */
  #underWay: Promise<unknown> = Promise.resolve();

  constructor(device: UsbDevice, send: (bytes: Buffer) => void) {
    this.#device = device;
    this.#pipe = new ControlPipe(device);
    this.#send = send;
  }

  /** Begins a transfer. False when the host has too many under way, or two by one number. */
  submit(urb: Submit, data: Uint8Array): boolean {
    if (this.#pending.size >= PENDING_MAX || this.#pending.has(urb.sequence)) return false;
    const taken = new AbortController();
    this.#pending.set(urb.sequence, taken);
    void this.#outcome(urb, data, taken.signal).then((outcome) => this.#answer(urb, outcome));
    return true;
  }

  /** Takes a transfer back. One that was answered meanwhile is not found any more, and the host has or will have its answer. */
  unlink({ sequence, target }: Unlink): void {
    const taken = this.#pending.get(target);
    this.#pending.delete(target);
    taken?.abort(new TransferError('timeout', 'the host gave up'));
    this.#send(unlinked(sequence, taken ? ERRNO.unlinked : 0));
  }

  /** Ends everything that is under way, unanswered. */
  close(): void {
    for (const taken of this.#pending.values()) taken.abort(new TransferError('gone', 'the host let go'));
    this.#pending.clear();
    this.#device.close();
  }

  #answer(urb: Submit, outcome: Outcome): void {
    // What is never answered stays under way until the host takes it back; a device that is gone takes the connection along.
    if (outcome === 'unanswered' || outcome === 'gone' || !this.#pending.delete(urb.sequence)) return;
    this.#send(answerTo(urb, outcome));
  }

  async #outcome(urb: Submit, data: Uint8Array, givesUp: AbortSignal): Promise<Outcome> {
    try {
      return { read: await this.#carryOut(urb, data, givesUp) };
    } catch (thrown) {
      return outcomeOf(thrown);
    }
  }

  #carryOut({ endpoint, direction, length, setup }: Submit, data: Uint8Array, givesUp: AbortSignal) {
    if (endpoint === 0) return this.#inTurn(givesUp, () => this.#pipe.transfer(setupOf(setup), data, givesUp));
    if (direction === 'in') return this.#device.read(endpoint, length, givesUp);
    return this.#device.write(endpoint, data).then(() => NOTHING);
  }

  async #inTurn(givesUp: AbortSignal, transfer: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const turn = this.#underWay.then(() => {
      givesUp.throwIfAborted();
      return transfer();
    });
    // A transfer that is never answered keeps the pipe busy until the host takes it back.
    this.#underWay = turn.catch((thrown) => (outcomeOf(thrown) === 'unanswered' ? abortOf(givesUp) : undefined));
    return turn;
  }
}

function answerTo({ sequence, direction, length, isShortOk }: Submit, outcome: Served): Buffer {
  if ('errno' in outcome) return submitted(sequence, outcome.errno, 0, NOTHING);
  if (direction === 'out') return submitted(sequence, 0, length, NOTHING);
  const read = outcome.read.subarray(0, length);
  return submitted(sequence, read.length < length && !isShortOk ? ERRNO.shortRead : 0, read.length, read);
}

function outcomeOf(thrown: unknown): Outcome {
  if (!(thrown instanceof TransferError)) return { errno: ERRNO.protocol };
  switch (thrown.trouble) {
    case 'stall':
      return { errno: ERRNO.stall };
    case 'timeout':
      return 'unanswered';
    case 'gone':
      return 'gone';
    case 'protocol':
    case 'host':
      return { errno: ERRNO.protocol };
    default:
      return thrown.trouble satisfies never;
  }
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
