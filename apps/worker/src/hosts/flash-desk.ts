import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Fault } from '@flashline/contracts';
import { type Clock, type DfuBus, runAttempt } from '@flashline/dfuse';
import { type FirmwareImage, readImage } from '@flashline/firmware';
import { type Ending, endingOfFault } from '../ending.ts';
import type { FlashOrder, FromHost, ToHost } from './host-messages.ts';

/** Parsed images kept in a host: the order before and after a change-over. */
const IMAGES_KEPT = 2;
/** No more progress messages than this for one attempt, per second. */
const PROGRESS_PER_SECOND = 4;

/** Takes flash orders for the ports of one host and runs them side by side. */
export class FlashDesk {
  readonly #bus: DfuBus;
  readonly #clock: Clock;
  readonly #tell: (message: FromHost) => void;
  readonly #running = new Map<string, AbortController>();
  readonly #images = new Map<string, Promise<FirmwareImage>>();

  constructor(bus: DfuBus, clock: Clock, tell: (message: FromHost) => void) {
    this.#bus = bus;
    this.#clock = clock;
    this.#tell = tell;
  }

  take(message: ToHost): void {
    switch (message.on) {
      case 'flash':
        void this.#flash(message.order);
        return;
      case 'cancel':
        this.#running.get(message.attemptId)?.abort(new Fault('CANCELLED'));
        return;
      default:
        message satisfies never;
    }
  }

  async #flash(order: FlashOrder): Promise<void> {
    const { attemptId } = order;
    const cancel = new AbortController();
    this.#running.set(attemptId, cancel);
    const report = await this.#run(order, cancel.signal).catch(endingOfFault);
    this.#running.delete(attemptId);
    this.#tell({ on: 'ended', attemptId, report });
  }

  async #run(order: FlashOrder, signal: AbortSignal): Promise<Ending> {
    const image = await this.#image(order);
    return runAttempt(
      this.#bus,
      order.path,
      { image, board: order.board, leave: true },
      { clock: this.#clock, signal, onProgress: this.#progressOf(order.attemptId) },
    );
  }

  #progressOf(attemptId: string): (progress: { phase: Ending['phases'][number]['name']; fraction: number }) => void {
    let toldAtMs = Number.NEGATIVE_INFINITY;
    let toldPhase: string | null = null;
    return ({ phase, fraction }) => {
      const nowMs = this.#clock.now();
      if (phase === toldPhase && nowMs - toldAtMs < 1000 / PROGRESS_PER_SECOND) return;
      toldAtMs = nowMs;
      toldPhase = phase;
      this.#tell({ on: 'progress', attemptId, phase, fraction });
    };
  }

  #image(order: FlashOrder): Promise<FirmwareImage> {
    const key = `${order.imageSha256} ${order.loadAddress}`;
    const kept = this.#images.get(key);
    if (kept !== undefined) return kept;
    const image = loadImage(order);
    this.#images.set(key, image);
    image.catch(() => this.#images.delete(key));
    for (const old of [...this.#images.keys()].slice(0, -IMAGES_KEPT)) this.#images.delete(old);
    return image;
  }
}

/** Reads the image once and flashes from memory: a file that changes later changes nothing. */
async function loadImage({ imageFile, imageName: name, imageSha256, loadAddress }: FlashOrder): Promise<FirmwareImage> {
  const file = await readFile(imageFile).catch((cause: unknown) => {
    throw new Fault('IMAGE_UNAVAILABLE', { image: imageSha256, reason: String(cause) }, { cause });
  });
  const found = createHash('sha256').update(file).digest('hex');
  if (found !== imageSha256) throw new Fault('IMAGE_UNAVAILABLE', { image: imageSha256, found });
  return readImage(file, { name, loadAddress });
}
