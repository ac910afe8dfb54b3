import { type ExpectedBoard, outcomeOf, type PhaseName } from '@flashline/contracts';
import type { BoardJob, BoardJobReport } from '@flashline/dfuse';
import { workDirect } from '@flashline/worker';
import { labelOf } from '../bus-choice.ts';
import { type Ended, openProgress, type Progress } from '../progress/progress.ts';
import type { ChosenBoards } from './board-choice.ts';

/** Progress of these boards on stderr; nothing for programs that read JSON. */
export function progressOf({ bus, devices }: ChosenBoards, json: boolean): Promise<Progress> {
  const labels = new Map(devices.map(({ path }) => [path, labelOf(bus, path)]));
  return openProgress({ stream: json ? null : process.stderr, labels, nowMs: () => performance.now() });
}

/** What is done with a board, in a word of its progress. */
export function wordOf(phase: PhaseName): string {
  return phase === 'enter' ? 'asked' : phase;
}

/** Does a job with each of the boards side by side and shows how far they are. One report per board, in order. */
export async function workOn(
  boards: ChosenBoards,
  job: BoardJob,
  { json, board = null }: { json: boolean; board?: ExpectedBoard | null },
): Promise<BoardJobReport[]> {
  const { bus, parts, devices, signal } = boards;
  const progress = await progressOf(boards, json);
  try {
    return await workDirect({
      bus: bus.choice,
      parts,
      devices,
      signal,
      job,
      board,
      onEnded: (path, report) => progress.ended(path, endOf(report)),
      onProgress: (path, phase, fraction) => progress.at(path, phase === 'identify' ? phase : job.kind, fraction),
    });
  } finally {
    progress.close();
  }
}

function endOf({ fault }: BoardJobReport): Ended {
  if (fault === null) return { word: 'done', isGood: true };
  return { word: `${outcomeOf(fault).toUpperCase()} ${fault}`, isGood: false };
}
