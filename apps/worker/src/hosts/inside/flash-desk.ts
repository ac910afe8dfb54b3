import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Fault, type FaultCode, type Part } from '@flashline/contracts';
import {
  type AttemptContext,
  type BusDevice,
  type Clock,
  type DfuBus,
  enterBootloader,
  type Firmware,
  FirmwareBook,
  PaceBook,
  runAttempt,
  runBoardJob,
} from '@flashline/dfuse';
import { composeImage, type FirmwareImage, type ImagePart, type Range, readImage } from '@flashline/firmware';
import { type Ending, endingOfFault, notEntered } from '../../ending.ts';
import { computerMs } from '../computer-clock.ts';
import type { EntryOrder, EntryReport, FlashOrder, FromHost, ImageInFile, JobOrder, ToHost } from '../host-messages.ts';
import type { OpenedBus } from './bus.ts';

/** Parsed images kept in a host: the order before and after a change-over. */
const IMAGES_KEPT = 2;
/** No more progress messages than this for one attempt, per second. */
const PROGRESS_PER_SECOND = 4;

/** Takes orders for the ports of one host and runs them side by side. */
export class FlashDesk {
  readonly #bus: DfuBus;
  readonly #firmware: Firmware;
  readonly #clock: Clock;
  readonly #tell: (message: FromHost) => void;
  readonly #running = new Map<string, AbortController>();
  readonly #images = new Map<string, Promise<FirmwareImage>>();
  readonly #keeping = new Map<string, PromiseWithResolvers<void>>();
  readonly #paces = new PaceBook();
  readonly #firmwares = new FirmwareBook();
  #parts: readonly Part[] = [];

  constructor({ bus, firmware }: OpenedBus, clock: Clock, tell: (message: FromHost) => void) {
    this.#bus = bus;
    this.#firmware = firmware;
    this.#clock = clock;
    this.#tell = tell;
  }

  take(message: ToHost): void {
    switch (message.on) {
      case 'parts':
        this.#parts = message.parts;
        return;
      case 'job':
        void this.#job(message.order);
        return;
      case 'flash':
        void this.#flash(message.order);
        return;
      case 'enter':
        void this.#enter(message.order);
        return;
      case 'kept':
        this.#kept(message.id, message.fault);
        return;
      case 'cancel':
        this.#running.get(message.id)?.abort(new Fault('CANCELLED'));
        return;
      default:
        message satisfies never;
    }
  }

  async #flash(order: FlashOrder): Promise<void> {
    const { attemptId } = order;
    const report = await this.#stoppable(attemptId, (signal) => this.#run(order, signal)).catch(endingOfFault);
    this.#tell({ on: 'ended', id: attemptId, report });
  }

  async #job({ jobId, path, board, seated, job }: JobOrder): Promise<void> {
    const report = await this.#stoppable(jobId, (signal) =>
      runBoardJob(this.#bus, path, { job, board, seated }, this.#context(jobId, signal)),
    );
    this.#tell({ on: 'job-ended', id: jobId, report });
  }

  async #enter({ id, path, entry, seated }: EntryOrder): Promise<void> {
    const report = await this.#stoppable(id, (signal) =>
      enterBootloader(this.#bus, path, { entry, seated }, { clock: this.#clock, signal, firmware: this.#firmware }),
    ).then((device): EntryReport => ({ device, fault: null }), notEntered);
    if (report.device !== null) this.#met(id, report.device);
    this.#tell({ on: 'entered', id, report });
  }

  #met(id: string, device: BusDevice): void {
    this.#tell({ on: 'met', id, device, atMs: computerMs() });
  }

  /** Resolves when the worker has put the bytes into safety. */
  async #preserve(id: string, ranges: readonly Range[]): Promise<void> {
    const kept = Promise.withResolvers<void>();
    this.#keeping.set(id, kept);
    this.#tell({ on: 'preserved', id, ranges });
    await kept.promise.finally(() => this.#keeping.delete(id));
  }

  #kept(id: string, fault: FaultCode | null): void {
    if (fault === null) this.#keeping.get(id)?.resolve();
    else this.#keeping.get(id)?.reject(new Fault(fault, { during: 'preserve' }));
  }

  async #stoppable<T>(id: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const cancel = new AbortController();
    this.#running.set(id, cancel);
    try {
      return await work(cancel.signal);
    } finally {
      this.#running.delete(id);
    }
  }

  async #run(order: FlashOrder, signal: AbortSignal): Promise<Ending> {
    const { attemptId, path, board, recipe, trust, seated, ranAs, unit, rescued, leave } = order;
    const image = await this.#image(order);
    return runAttempt(
      this.#bus,
      path,
      { image, board, recipe, trust, seated, ranAs, unit, rescued, leave },
      this.#context(attemptId, signal),
    );
  }

  #context(id: string, signal: AbortSignal): AttemptContext {
    return {
      clock: this.#clock,
      signal,
      parts: this.#parts,
      paces: this.#paces,
      firmwares: this.#firmwares,
      firmware: this.#firmware,
      onProgress: this.#progressOf(id),
      onMet: (device) => this.#met(id, device),
      onPreserved: (ranges) => this.#preserve(id, ranges),
    };
  }

  #progressOf(id: string): (progress: { phase: Ending['phases'][number]['name']; fraction: number }) => void {
    let toldAtMs = Number.NEGATIVE_INFINITY;
    let toldPhase: string | null = null;
    return ({ phase, fraction }) => {
      const nowMs = this.#clock.now();
      if (phase === toldPhase && nowMs - toldAtMs < 1000 / PROGRESS_PER_SECOND) return;
      toldAtMs = nowMs;
      toldPhase = phase;
      this.#tell({ on: 'progress', id, phase, fraction });
    };
  }

  #image(order: FlashOrder): Promise<FirmwareImage> {
    const files = filesOf(order).map(({ imageName, imageSha256, loadAddress }) => [
      imageName,
      imageSha256,
      loadAddress,
    ]);
    const key = JSON.stringify([files, order.recipe.patches]);
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
async function loadImage(order: FlashOrder): Promise<FirmwareImage> {
  const images = await Promise.all(filesOf(order).map(loadFile));
  const patches = order.recipe.patches.map(({ address, data }) => ({ address, data: Buffer.from(data, 'hex') }));
  return composeImage(images, patches);
}

function filesOf(order: FlashOrder): readonly ImageInFile[] {
  return [order, ...(order.beside ?? [])];
}

async function loadFile({ imageFile, imageName: name, imageSha256, loadAddress }: ImageInFile): Promise<ImagePart> {
  const file = await readFile(imageFile).catch((cause: unknown) => {
    throw new Fault('IMAGE_UNAVAILABLE', { image: imageSha256, reason: String(cause) }, { cause });
  });
  const found = createHash('sha256').update(file).digest('hex');
  if (found !== imageSha256) throw new Fault('IMAGE_UNAVAILABLE', { image: imageSha256, found });
  return { name, image: readImage(file, { name, loadAddress }) };
}
