import { type Group, groupsOf } from '../computer/groups.ts';
import { GROUP, installedRule } from '../computer/rule-file.ts';
import type { Scene } from '../scene.ts';
import { bad, ok, skipped, type Verdict } from '../verdict.ts';

/** A device of a board that this user may not open. */
interface Closed {
  readonly path: string;
  readonly node: string;
  /** The group that may; null when there is no such file. */
  readonly gid: number | null;
  readonly says: string;
}

/** Whether this user can open the boards that are plugged in: the proof that the rule works. */
export async function boardAccess(scene: Scene): Promise<Verdict> {
  const { boards } = scene.usb;
  if (boards.length === 0) return skipped('No board is plugged in: with one, this tells whether you can open it.');
  const groups = await groupsOf(scene.computer);
  const closed = await closedNodes(scene, groups);
  const [first] = closed;
  if (first === undefined)
    return ok(`${scene.isRoot ? 'root' : `"${scene.computer.user.name}"`} can open ${plugged(boards.length)}.`);
  const more = closed.length > 1 ? ` (and ${closed.length - 1} more like it)` : '';
  return bad(`You cannot open the board in ${first.path}: ${first.says}${more}.`, await stepsFor(scene, first, groups));
}

/** The devices of boards that this user may not open. */
async function closedNodes({ computer, usb }: Scene, groups: readonly Group[]): Promise<readonly Closed[]> {
  const closed: Closed[] = [];
  for (const { path, node, ttys } of usb.boards)
    for (const file of [node, ...ttys]) {
      if (await computer.canReadAndWrite(file)) continue;
      const status = await computer.status(file);
      const group = groups.find(({ gid }) => gid === status?.gid)?.name ?? status?.gid;
      const mode = ((status?.mode ?? 0) & 0o7777).toString(8).padStart(4, '0');
      const says = status === null ? `${file} is not there` : `${file} is for the group ${group}, mode ${mode}`;
      closed.push({ path, node: file, gid: status?.gid ?? null, says });
    }
  return closed;
}

async function stepsFor(scene: Scene, { gid }: Closed, groups: readonly Group[]): Promise<readonly string[]> {
  const { computer, asRoot, fix, person } = scene;
  const plugdev = groups.find(({ name }) => name === GROUP);
  if (gid === null) return ['docker run --device-cgroup-rule "c 189:* rmw" --volume /dev/bus/usb:/dev/bus/usb …'];
  if (gid === plugdev?.gid && !computer.user.groups.includes(gid))
    return [...(plugdev.members.includes(person) ? [] : [asRoot(`usermod -aG ${GROUP} ${person}`)]), LOGIN];
  if ((await installedRule(computer)) === null) return [fix, REPLUG];
  return [`${asRoot('udevadm control --reload')} && ${asRoot('udevadm trigger')}`, REPLUG];
}

const REPLUG = 'Plug the board in again.';
const LOGIN = 'Log out and in again, or restart the service of the station.';

function plugged(count: number): string {
  return count === 1 ? 'the board that is plugged in' : `all ${count} boards that are plugged in`;
}
