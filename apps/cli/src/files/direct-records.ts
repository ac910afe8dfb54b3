import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { BoardIdentity } from '@flashline/contracts';
import { findPart, type Trust } from '@flashline/dfuse';
import type { Range } from '@flashline/firmware';
import type { ChosenBoards } from '../boards/board-choice.ts';
import { lineOf } from '../exit.ts';
import { preservedFile, preservedFiles } from './preserved-files.ts';
import { NEVER_TOUCHED, type TouchedBoards, touchBoards } from './touched-boards.ts';

/** How the work on a board ended, as far as records go. */
interface Ended {
  readonly board: BoardIdentity | null;
  /** What was looked at and is right: only what was done now, or what earlier runs may have left half done, too. */
  readonly proven: 'nothing' | 'this' | 'all';
}

/** What a command that erases boards without a station keeps on disk, and only as long as it is needed. */
export class DirectRecords {
  readonly #data: string;
  readonly #touched: TouchedBoards;
  readonly #parts: ChosenBoards['parts'];
  readonly #kept = new Map<string, string>();

  private constructor(data: string, touched: TouchedBoards, parts: ChosenBoards['parts']) {
    this.#data = data;
    this.#touched = touched;
    this.#parts = parts;
  }

  /** Marks boards before they are touched; says on stderr when that cannot be done. */
  static async open(folder: string, { bus, parts, devices }: ChosenBoards): Promise<DirectRecords> {
    const data = bus.choice.kind === 'virtual' ? join(resolve(folder), 'virtual') : resolve(folder);
    const touched = bus.isFleeting ? NEVER_TOUCHED : await touchBoards(join(data, 'touched'), devices, Date.now());
    if (touched.trouble !== null)
      console.error(
        `${lineOf(touched.trouble)} Until then everything under the image is erased, also where it is blank.`,
      );
    return new DirectRecords(data, touched, parts);
  }

  /** Whether to believe what the flash of the board on this port holds. */
  trust(path: string): Trust {
    return this.#touched.trust(path);
  }

  /** Keeps what is preserved until the board has it again. Rejects with RECORD_FAILED. */
  async keep(path: string, ranges: readonly Range[]): Promise<void> {
    const id = randomUUID();
    await preservedFiles(this.#data).keep(id, ranges);
    this.#kept.set(path, id);
  }

  /** Forgets what is no longer needed. Resolves with the file that holds what the board may have lost, or null. */
  async ended(path: string, { board, proven }: Ended): Promise<string | null> {
    const id = this.#kept.get(path);
    if (proven === 'nothing') return id === undefined ? null : preservedFile(this.#data, id);
    if (id !== undefined) await preservedFiles(this.#data).drop(id);
    const part = board === null ? null : findPart(this.#parts, board);
    // Of a part that nobody knows, nobody knows whether its serial is one chip's own.
    const hasOwnSerial = part?.sharesSerial === false && board?.usbSerial !== null;
    await this.#touched.proven(path, { isAll: proven === 'all' && hasOwnSerial });
    return null;
  }
}
