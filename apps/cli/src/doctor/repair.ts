import { groupsOf } from './computer/groups.ts';
import { GROUP, installedRule, RULE_PATH } from './computer/rule-file.ts';
import type { Scene } from './scene.ts';

/** One thing that --fix does. Done twice, it changes nothing more. */
export interface Repair {
  readonly says: string;
  /** What went wrong, or null. */
  readonly make: () => Promise<string | null>;
}

/** A repair that was tried. */
export interface Repaired {
  readonly says: string;
  readonly failed: string | null;
}

/** Writes the rule file so that a power cut leaves all of it or what was there before; rejects when it cannot. */
export type WriteRule = (path: string, text: string) => Promise<void>;

/** What is to be done so that the person may open boards, each step useful only after the one before it. */
export async function repairsFor(scene: Scene, writeRule: WriteRule): Promise<readonly Repair[]> {
  const { computer, shipped, person } = scene;
  const command = (name: string, ...args: string[]): Repair => ({
    says: [name, ...args].join(' '),
    make: () => outcomeOf(scene, name, args),
  });
  const group = (await groupsOf(computer)).find(({ name }) => name === GROUP);
  const isMember = person === 'root' || group?.members.includes(person) === true;
  const rule = await installedRule(computer);
  const write: Repair = { says: `write ${RULE_PATH}`, make: () => written(writeRule, shipped) };
  return [
    // First the group: udev drops what a rule says of a group that is not there.
    ...(group === undefined ? [command('groupadd', '--system', GROUP)] : []),
    ...(isMember ? [] : [command('usermod', '--append', '--groups', GROUP, person)]),
    ...(rule?.text === shipped ? [] : [write]),
    // Even where the file is right already, udev may not have read it since.
    command('udevadm', 'control', '--reload'),
    command('udevadm', 'trigger', '--subsystem-match=usb', '--subsystem-match=tty'),
  ];
}

/** Makes one repair after the other and stops at the first that fails. */
export async function repair(repairs: readonly Repair[]): Promise<readonly Repaired[]> {
  const done: Repaired[] = [];
  for (const { says, make } of repairs) {
    const failed = await make();
    done.push({ says, failed });
    if (failed !== null) break;
  }
  return done;
}

async function written(writeRule: WriteRule, text: string): Promise<string | null> {
  return await writeRule(RULE_PATH, text).then(
    () => null,
    (thrown: unknown) => String(thrown),
  );
}

async function outcomeOf({ computer }: Scene, name: string, args: readonly string[]): Promise<string | null> {
  const ran = await computer.run(name, args);
  if (ran === null) return `${name} is not there, or did not end`;
  return ran.exitCode === 0 ? null : ran.stderr.trim().slice(0, 300) || `it ended with code ${ran.exitCode}`;
}
