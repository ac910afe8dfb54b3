import { groupsOf, primaryGroupOf } from '../computer/groups.ts';
import { GROUP } from '../computer/rule-file.ts';
import type { Scene } from '../scene.ts';
import { bad, ok, type Verdict, warn } from '../verdict.ts';

/** Whether the user of the station is in the group that may open boards, in the file and in this login. */
export async function plugdev(scene: Scene): Promise<Verdict> {
  const { computer, person, asRoot } = scene;
  const group = (await groupsOf(computer)).find(({ name }) => name === GROUP);
  if (group === undefined)
    return bad(`There is no group ${GROUP}, to which the udev rule gives the boards.`, [
      asRoot(`groupadd --system ${GROUP}`),
      asRoot(`usermod -aG ${GROUP} ${person}`),
    ]);
  if (person === 'root') return ok(`The group ${GROUP} exists; root needs no membership.`);
  const isListed = group.members.includes(person) || (await primaryGroupOf(computer, person)) === group.gid;
  // What sudo made root says nothing about the login it was called from.
  const isEffective = person === computer.user.name && computer.user.groups.includes(group.gid);
  if (isEffective) return ok(`"${person}" is in the group ${GROUP}.`);
  if (!isListed)
    return ((await opensAnyway(scene)) ? warn : bad)(
      `"${person}" is not in the group ${GROUP}, which may open boards.`,
      [asRoot(`usermod -aG ${GROUP} ${person}`), 'Log out and in again, or restart the service of the station.'],
    );
  if (person !== computer.user.name) return ok(`"${person}" is in the group ${GROUP}; a login counts from then on.`);
  return bad(`"${person}" is in the group ${GROUP}, but this login is older than that.`, [
    'Log out and in again, or restart the service of the station.',
  ]);
}

/** Whoever sits at the computer may open boards by `uaccess` without the group; a service may not. */
async function opensAnyway({ computer, usb, isRoot }: Scene): Promise<boolean> {
  const may = await Promise.all(usb.boards.map(({ node }) => computer.canReadAndWrite(node)));
  return !isRoot && may.length > 0 && may.every(Boolean);
}
