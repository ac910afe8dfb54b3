import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '@flashline/contracts';
import { programmed, readImage, writeImage } from '@flashline/firmware';
import type { WorkerOptions } from '@flashline/worker';
import { boardName, type NamedBoard } from './board-name.ts';
import { writeDurably } from './durable-file.ts';

type Safe = WorkerOptions['safe'];

const FOLDER = 'preserved';

/** Where the bytes are that an attempt took from a board: Intel HEX, so that any tool can bring them back. */
export function preservedFile(data: string, board: NamedBoard, attemptId: string): string {
  return join(data, FOLDER, `${boardName(board)}.${attemptId}.hex`);
}

/** Keeps what recipes preserve as files of a data folder, named by board and attempt. Rejects with RECORD_FAILED. */
export function preservedFiles(data: string): Safe {
  const folder = join(data, FOLDER);
  return {
    async keep(attemptId, board, ranges) {
      const path = preservedFile(data, board, attemptId);
      try {
        await mkdir(folder, { recursive: true });
        await writeDurably(path, writeImage(ranges, 'hex'));
      } catch (thrown) {
        throw recordFailed(path, thrown);
      }
    },
    async left(board) {
      const name = boardName(board);
      const files = (await filesIn(folder)).filter((file) => file.startsWith(`${name}.`));
      const [newest] = await newestFirst(folder, files);
      if (newest === undefined) return null;
      try {
        const ranges = programmed(readImage(await readFile(join(folder, newest)), { name: newest }));
        return { attemptIds: [newest.slice(name.length + 1, -'.hex'.length)], ranges };
      } catch (thrown) {
        throw recordFailed(join(folder, newest), thrown);
      }
    },
    async drop(attemptIds) {
      const isDone = (file: string) => attemptIds.some((id) => file.endsWith(`.${id}.hex`));
      // A copy that stays behind harms nobody.
      for (const file of (await filesIn(folder)).filter(isDone)) await rm(join(folder, file)).catch(() => {});
    },
  };
}

async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.hex'));
}

async function newestFirst(folder: string, files: readonly string[]): Promise<string[]> {
  const dated = await Promise.all(
    files.map(async (file) => ({ file, mtimeMs: (await stat(join(folder, file))).mtimeMs })),
  );
  return dated.sort((a, b) => b.mtimeMs - a.mtimeMs).map(({ file }) => file);
}

function recordFailed(file: string, thrown: unknown): Fault {
  return new Fault('RECORD_FAILED', { file, reason: String(thrown) }, { cause: thrown });
}
