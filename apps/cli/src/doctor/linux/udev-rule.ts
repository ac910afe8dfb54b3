import { installedRule, RULE_PATH } from '../computer/rule-file.ts';
import type { Scene } from '../scene.ts';
import { bad, ok, type Verdict, warn } from '../verdict.ts';

/** Whether udev has the rule that lets people open boards, and is there to follow it. */
export async function udevRule({ computer, shipped, isRoot, asRoot, fix }: Scene): Promise<Verdict> {
  const installed = await installedRule(computer);
  if (installed === null)
    return (isRoot ? warn : bad)(
      isRoot
        ? 'The udev rule of flashline is not installed: only root can open boards, and other programs may disturb them.'
        : 'The udev rule that lets you open boards is not installed.',
      [fix],
    );
  const { path, text } = installed;
  if (text.trim() === '') return bad(`${path} is empty, which switches the udev rule off.`, [fix]);
  if (text !== shipped)
    return warn(`${path} is not the udev rule of this version of flashline.`, [
      `diff ${path} config/udev/60-flashline.rules`,
      fix,
    ]);
  if ((await computer.status('/run/udev/control')) === null)
    return warn(
      'The udev rule is installed, but udev does not run here; for a container, install it on the computer around it.',
      [asRoot('systemctl start systemd-udevd')],
    );
  return ok(`The udev rule is installed: ${path === RULE_PATH ? path : `${path}, by a package`}.`);
}
