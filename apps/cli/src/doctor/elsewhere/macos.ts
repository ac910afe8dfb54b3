import type { Computer } from '../computer/computer.ts';
import { ok, type Verdict, warn } from '../verdict.ts';

/** Virtual machines that take USB devices away from macOS, by a part of their programs' paths. */
const TAKERS = ['Parallels Desktop', 'VMware Fusion', 'VirtualBox', 'UTM.app'];

/** macOS needs no driver and no permission; what is left is other programs, and that the person allowed the board. */
export async function macos(computer: Computer): Promise<Verdict> {
  const running = (await computer.run('ps', ['-axo', 'comm=']))?.stdout ?? '';
  const taker = TAKERS.find((name) => running.includes(name));
  if (taker !== undefined)
    return warn(`${taker.replace('.app', '')} runs, and may take boards for a virtual machine.`, [
      'In its USB settings, let boards be connected to the Mac.',
    ]);
  return ok('macOS needs no driver. If it asks whether an accessory may connect, allow it.');
}
