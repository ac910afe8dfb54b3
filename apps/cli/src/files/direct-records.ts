import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { Fault, type RangeInfo } from '@flashline/contracts';
import { type BusDevice, covers, type Trust } from '@flashline/dfuse';
import type { Range } from '@flashline/firmware';
import type { ChosenBus } from '../bus-choice.ts';
import { lineOf } from '../exit.ts';
import { preservedFile, preservedFiles } from './preserved-files.ts';
import { NEVER_TOUCHED, openTouchedBoards, type TouchedBoards } from './touched-boards.ts';

/** How the work on a board ended, as far as records go. */
interface Ended {
  readonly hasOwnSerial: boolean;
  /** What was looked at and is right: only what was done now, or what earlier runs may have left half done, too. */
  readonly proven: 'nothing' | 'this' | 'all';
  /** What the board has again of what was preserved; null when it was not proven. */
  readonly gaveBack: readonly RangeInfo[] | null;
}

/** What a command that erases boards without a station keeps on disk, and only as long as it is needed. */
export class DirectRecords {
  readonly #data: string;
  readonly #touched: TouchedBoards;
  readonly #devices = new Map<string, BusDevice>();
  readonly #kept = new Map<string, string>();

  private constructor(data: string, touched: TouchedBoards) {
    this.#data = data;
    this.#touched = touched;
  }

  /** Opens the records in a folder; says on stderr when nothing can be kept there. */
  static async open(folder: string, bus: ChosenBus): Promise<DirectRecords> {
    const data = bus.choice.kind === 'virtual' ? join(resolve(folder), 'virtual') : resolve(folder);
    if (bus.isFleeting) return new DirectRecords(data, NEVER_TOUCHED);
    const touched = await openTouchedBoards(join(data, 'touched'), { nowMs: Date.now(), onTrouble: tellTrouble });
    return new DirectRecords(data, touched);
  }

  /** Marks a board before it is touched. Resolves with whether to believe what its flash holds. */
  begin(device: BusDevice): Promise<Trust> {
    this.#devices.set(device.path, device);
    return this.#touched.touch(device);
  }

  /** Keeps what is preserved until the board has it again. Rejects with RECORD_FAILED. */
  async keep(path: string, ranges: readonly Range[]): Promise<void> {
    const id = randomUUID();
    await preservedFiles(this.#data).keep(id, this.#device(path), ranges);
    this.#kept.set(path, id);
  }

  /** What an earlier run took from this board and could not give back. */
  async rescued(path: string): Promise<readonly Range[]> {
    return (await preservedFiles(this.#data).left(this.#device(path)))?.ranges ?? [];
  }

  /** Forgets what is no longer needed. Resolves with the file that holds what the board may have lost, or null. */
  async ended(path: string, { hasOwnSerial, proven, gaveBack }: Ended): Promise<string | null> {
    const isAll = proven === 'all' && hasOwnSerial;
    if (proven !== 'nothing') await this.#touched.proven(path, { isAll });
    const id = this.#kept.get(path);
    if (gaveBack === null) return id === undefined ? null : preservedFile(this.#data, this.#device(path), id);
    const safe = preservedFiles(this.#data);
    const left = isAll ? await safe.left(this.#device(path)) : null;
    const older = left !== null && covers(gaveBack, left.ranges) ? left.attemptIds : [];
    await safe.drop([...older, ...(id === undefined ? [] : [id])]);
    return null;
  }

  #device(path: string): BusDevice {
    const device = this.#devices.get(path);
    if (device === undefined) throw new Fault('BOARD_GONE', { path });
    return device;
  }
}

function tellTrouble(trouble: Fault): void {
  console.error(`${lineOf(trouble)} Until then everything under the image is erased, also where it is blank.`);
}
