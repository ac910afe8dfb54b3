import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '@flashline/contracts';
import { writeImage } from '@flashline/firmware';
import type { WorkerOptions } from '@flashline/worker';
import { writeDurably } from './durable-file.ts';

type Safe = WorkerOptions['safe'];

/** Where the bytes of an attempt are, if they are kept: Intel HEX, so that any tool can bring them back. */
export function preservedFile(data: string, attemptId: string): string {
  return join(data, 'preserved', `${attemptId}.hex`);
}

/** Keeps what recipes preserve as files of a data folder. Rejects with RECORD_FAILED, and then nothing may be erased. */
export function preservedFiles(data: string): Safe {
  return {
    async keep(attemptId, ranges) {
      const path = preservedFile(data, attemptId);
      try {
        await mkdir(join(data, 'preserved'), { recursive: true });
        await writeDurably(path, writeImage(ranges, 'hex'));
      } catch (thrown) {
        throw new Fault('RECORD_FAILED', { file: path, reason: String(thrown) }, { cause: thrown });
      }
    },
    // A copy that stays behind harms nobody.
    drop: (attemptId) => rm(preservedFile(data, attemptId), { force: true }).catch(() => {}),
  };
}
