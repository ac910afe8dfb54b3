import { fileURLToPath } from 'node:url';
import { ROOT } from '../../version.ts';
import type { Computer } from './computer.ts';

const NAME = '60-flashline.rules';
/** The rule file that comes with flashline. */
const SHIPPED = fileURLToPath(new URL(`config/udev/${NAME}`, ROOT));
/** Where --fix puts it. */
export const RULE_PATH = `/etc/udev/rules.d/${NAME}`;
/** Where udev looks: of files with one name, the first counts and hides the others (udev(7)). */
const PLACES = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'].map((root) => `${root}/udev/rules.d/${NAME}`);

/** The group that the rule lets open boards. */
export const GROUP = 'plugdev';

/** The rule file that comes with flashline, or null when the clone has lost it. */
export function shippedRule(computer: Computer): Promise<string | null> {
  return computer.readText(SHIPPED);
}

/** The rule file that udev goes by, or null when there is none. */
export async function installedRule(computer: Computer): Promise<{ path: string; text: string } | null> {
  for (const path of PLACES) {
    const text = await computer.readText(path);
    if (text !== null) return { path, text };
  }
  return null;
}

/** The ids of the boards that a rule file names, as `0483:df11`. */
export function idsIn(rule: string): ReadonlySet<string> {
  const pairs = rule.matchAll(/^ATTRS\{idVendor\}=="([0-9a-f]{4})", ATTRS\{idProduct\}=="([0-9a-f]{4})"/gm);
  return new Set(Array.from(pairs, ([, vendor, product]) => `${vendor}:${product}`));
}
