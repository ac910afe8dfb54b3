import type { Computer } from './computer/computer.ts';
import { idsIn, shippedRule } from './computer/rule-file.ts';
import { type PluggedIn, pluggedIn } from './computer/usb-devices.ts';

/** What the checks of a Linux computer with USB look at. */
export interface Scene {
  readonly computer: Computer;
  readonly usb: PluggedIn;
  /** The rule file that comes with flashline. */
  readonly shipped: string;
  /** Whose station it is to be: the one who called `sudo`, or who runs this. */
  readonly person: string;
  readonly isRoot: boolean;
  /** A command that only root may run, as this user types it. */
  readonly asRoot: (command: string) => string;
  /** What installs the rule and adds the user to the group. */
  readonly fix: string;
}

/** How this very command is called again: `sudo` has another PATH, so with whole paths. */
export interface Caller {
  readonly user: string | null;
  readonly command: readonly string[];
}

/** Looks at what is plugged in. Throws when the clone has lost its rule file. */
export async function openScene(computer: Computer, { user, command }: Caller): Promise<Scene> {
  const shipped = await shippedRule(computer);
  if (shipped === null) throw new Error('config/udev/60-flashline.rules is missing from the clone');
  const isRoot = computer.user.uid === 0;
  const asRoot = (line: string) => (isRoot ? line : `sudo ${line}`);
  return {
    computer,
    usb: await pluggedIn(computer, idsIn(shipped)),
    shipped,
    person: user ?? computer.user.sudoUser ?? computer.user.name,
    isRoot,
    asRoot,
    fix: asRoot([...command.map(quoted), 'doctor --fix'].join(' ')),
  };
}

function quoted(word: string): string {
  return /^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
