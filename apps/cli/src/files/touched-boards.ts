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
  /**
   * Marks a board durably before it is erased. Resolves with whether to believe what its flash holds: not when one that could be the
   * same was marked by an earlier run and not proven since, and not when it cannot be marked. Never rejects.
   */
  touch(board: BusDevice): Promise<Trust>;
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

/** What a run needs to mark boards. */
interface Marking {
  readonly nowMs: number;
  /** Told once why nothing can be marked: DATA_NOT_WRITABLE. */
  readonly onTrouble: (trouble: Fault) => void;
}

/** Looks for the marks of earlier runs, before this one makes any: boards of one run may share their serial. */
export async function openTouchedBoards(folder: string, { nowMs, onTrouble }: Marking): Promise<TouchedBoards> {
  const own = new Map<string, Mark>();
  let canMark = true;
  const giveUp = (thrown: unknown): [] => {
    if (canMark) onTrouble(new Fault('DATA_NOT_WRITABLE', { folder, reason: String(thrown) }, { cause: thrown }));
    canMark = false;
    return [];
  };
  const open = await openMarks(folder, nowMs).catch(giveUp);
  const earlier = (mark: Mark | undefined) => open.filter(({ identity }) => identity === mark?.identity);
  return {
    touch: async (board) => {
      const mark = markOf(folder, board);
      own.set(board.path, mark);
      if (canMark) await make(mark, board, nowMs).catch(giveUp);
      return canMark ? trustAfter(earlier(mark)) : 'no';
    },
    proven: async (path, { isAll }) => {
      const mark = own.get(path);
      for (const { file } of [...(isAll ? earlier(mark) : []), ...(mark ? [mark] : [])])
        await rm(file, { force: true }).catch(() => {});
    },
  };
}

/** No marks for boards that nobody can meet again. */
export const NEVER_TOUCHED: TouchedBoards = { touch: async () => 'yes', proven: async () => {} };

function trustAfter(marks: readonly Mark[]): Trust {
  if (marks.some(({ isRecent }) => isRecent)) return 'no';
  return marks.length > 0 ? 'shared-serial' : 'yes';
}

async function openMarks(folder: string, nowMs: number): Promise<Mark[]> {
  const open: Mark[] = [];
  await mkdir(folder, { recursive: true });
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

async function make(mark: Mark, board: BusDevice, nowMs: number): Promise<void> {
  const content = { ...board, touchedAt: new Date(nowMs).toISOString() };
  await writeDurably(mark.file, Buffer.from(`${JSON.stringify(content)}\n`));
}
