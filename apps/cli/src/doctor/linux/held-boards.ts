import { holdersOf } from '../computer/processes.ts';
import type { Scene } from '../scene.ts';
import { ok, skipped, unknown, type Verdict, warn } from '../verdict.ts';

/** Whether another program has a board open. A running station has: so it is a warning, and tells nobody to kill. */
export async function heldBoards({ computer, usb, asRoot }: Scene): Promise<Verdict> {
  const { boards } = usb;
  if (boards.length === 0) return skipped('No board is plugged in: with one, this tells which program has it open.');
  const boardOf = new Map(
    boards.flatMap(({ path, node, ttys }) => [node, ...ttys].map((file) => [file, path] as const)),
  );
  const { found, isComplete } = await holdersOf(computer, new Set(boardOf.keys()));
  const [first] = found;
  if (first !== undefined) {
    const pids = [...new Set(found.map(({ pid }) => pid))];
    const where = boardOf.get(first.device);
    const others = pids.length > 1 ? ` (and ${pids.length - 1} more programs)` : '';
    return warn(
      `${first.name}, process ${first.pid}${others}, has the board in ${where} open; close it unless it is your station.`,
      [`ps -o pid,user,args -p ${pids.slice(0, 10).join(',')}`],
    );
  }
  const claimed = boards.find(({ isClaimed }) => isClaimed);
  if (claimed !== undefined)
    return warn(`A program of another user holds the board in ${claimed.path}.`, [asRoot(`fuser -v ${claimed.node}`)]);
  const tty = boards.flatMap(({ ttys }) => ttys)[0];
  if (!isComplete && tty !== undefined)
    return unknown('Only root can see whether a program of another user has a serial port of a board open.', [
      asRoot(`fuser -v ${tty}`),
    ]);
  return ok('No other program holds a board.');
}
