import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '@flashline/contracts';
import type { BusDevice, Trust } from '@flashline/dfuse';
import { boardName } from './board-name.ts';
import { writeDurably } from './durable-file.ts';

/** After a day a mark most likely is another board's, unless its serial is one chip's own. */
const RECENT_MS = 24 * 60 * 60_000;
/** A board that nobody has taken up again by then was thrown away. */
const MARKED_MS_MAX = 90 * RECENT_MS;

/** Boards that are marked as touched until they are proven: the journal of those who have none. */
export interface TouchedBoards {
  /** Whether to believe what the flash of the board on this port holds. */
  trust(path: string): Trust;
  /** Why nothing could be marked; then no board is believed. */
  readonly trouble: Fault | null;
  /**
   * What this run did to the board is good; with `isAll`, what older marks are about, too. Only a board with a serial of its own is
   * the one that they are about. Never rejects: a mark that stays only costs time.
   */
  proven(path: string, what: { readonly isAll: boolean }): Promise<void>;
}

/** A mark in the folder. */
interface Mark {
  readonly identity: string;
  readonly file: string;
  readonly isRecent: boolean;
}

/**
 * Marks boards durably before they are erased. A board is not believed when one that could be the same was marked by an earlier run
 * and not proven since.
 */
export async function touchBoards(folder: string, boards: readonly BusDevice[], nowMs: number): Promise<TouchedBoards> {
  const own = new Map(boards.map((board) => [board.path, markOf(folder, board)]));
  try {
    await mkdir(folder, { recursive: true });
    // All are looked for before one is made: boards of one run may share their serial.
    const open = await openMarks(folder, nowMs);
    await Promise.all(boards.map((board) => make(own.get(board.path), board, nowMs)));
    const marksOf = (path: string) => open.filter(({ identity }) => identity === own.get(path)?.identity);
    return {
      trust: (path) => {
        const marks = marksOf(path);
        if (marks.some(({ isRecent }) => isRecent)) return 'no';
        return marks.length > 0 ? 'shared-serial' : 'yes';
      },
      trouble: null,
      proven: async (path, { isAll }) => {
        const mark = own.get(path);
        const older = open.filter(({ identity }) => isAll && identity === mark?.identity);
        for (const { file } of [...older, ...(mark ? [mark] : [])]) await rm(file, { force: true }).catch(() => {});
      },
    };
  } catch (thrown) {
    const trouble = new Fault('DATA_NOT_WRITABLE', { folder, reason: String(thrown) }, { cause: thrown });
    return { trust: () => 'no', trouble, proven: async () => {} };
  }
}

/** No marks for boards that nobody can meet again. */
export const NEVER_TOUCHED: TouchedBoards = { trust: () => 'yes', trouble: null, proven: async () => {} };

async function openMarks(folder: string, nowMs: number): Promise<Mark[]> {
  const open: Mark[] = [];
  for (const name of await readdir(folder)) {
    const [, identity] = /^([0-9a-z-]+)\.[0-9a-f-]+\.json$/.exec(name) ?? [];
    if (identity === undefined) continue;
    const file = join(folder, name);
    // One that has just gone was another run's: it says as much.
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: nowMs }));
    if (nowMs - mtimeMs > MARKED_MS_MAX) await rm(file, { force: true });
    else open.push({ identity, file, isRecent: nowMs - mtimeMs <= RECENT_MS });
  }
  return open;
}

function markOf(folder: string, board: BusDevice): Mark {
  const identity = boardName(board);
  return { identity, file: join(folder, `${identity}.${randomUUID()}.json`), isRecent: true };
}

async function make(mark: Mark | undefined, board: BusDevice, nowMs: number): Promise<void> {
  if (mark === undefined) return;
  const content = { ...board, touchedAt: new Date(nowMs).toISOString() };
  await writeDurably(mark.file, Buffer.from(`${JSON.stringify(content)}\n`));
}
