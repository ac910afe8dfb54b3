import { mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { repair, repairsFor } from './repair.ts';
import { writeRule } from './rule-installation.ts';
import { openScene } from './scene.ts';
import { type FakeSpec, fakeComputer, ROOT, RULE } from './testing/fake-computer.ts';

const AS_LINE = { ...ROOT, sudoUser: 'line' };
const RULE_PATH = '/etc/udev/rules.d/60-flashline.rules';
const DONE = { exitCode: 0 };
const COMMANDS = { groupadd: DONE, usermod: DONE, udevadm: DONE };

/** Repairs a computer; what was run or written comes back in order. */
async function repaired(spec: FakeSpec, { user = null as string | null, write = async () => {} } = {}) {
  const ran: string[] = [];
  const computer = fakeComputer({ user: AS_LINE, commands: COMMANDS, ...spec, ran });
  const scene = await openScene(computer, { user, command: ['flashline'] });
  const repairs = await repairsFor(scene, async (path, text) => {
    await write();
    ran.push(`write ${path} ${text === RULE}`);
  });
  return { planned: repairs.map(({ says }) => says), done: await repair(repairs), ran };
}

const RELOAD = ['udevadm control --reload', 'udevadm trigger --subsystem-match=usb --subsystem-match=tty'];

test('a bare computer gets group, membership and rule, in this order, and udev is told', async () => {
  const { planned, done, ran } = await repaired({});
  expect(ran).toEqual([
    'groupadd --system plugdev',
    'usermod --append --groups plugdev line',
    `write ${RULE_PATH} true`,
    ...RELOAD,
  ]);
  expect(planned).toEqual(ran.map((line) => line.replace(' true', '')));
  expect(done.every(({ failed }) => failed === null)).toBe(true);
});

test('what is right already is left alone, and udev is told all the same', async () => {
  const files = { [RULE_PATH]: RULE, '/etc/group': 'plugdev:x:46:line\n' };
  expect((await repaired({ files })).ran).toEqual(RELOAD);
});

test('an old rule is replaced', async () => {
  const files = { [RULE_PATH]: '# old', '/etc/group': 'plugdev:x:46:line\n' };
  expect((await repaired({ files })).ran).toEqual([`write ${RULE_PATH} true`, ...RELOAD]);
});

test('--user goes before who calls sudo, and root itself needs no group', async () => {
  expect((await repaired({}, { user: 'station' })).ran[1]).toBe('usermod --append --groups plugdev station');
  expect((await repaired({ user: ROOT })).ran.join()).not.toContain('usermod');
});

test('the first step that fails is the last one', async () => {
  const commands = { ...COMMANDS, usermod: { exitCode: 6, stderr: "usermod: user 'line' does not exist\n" } };
  const { done, ran } = await repaired({ commands });
  expect(done.at(-1)).toEqual({
    says: 'usermod --append --groups plugdev line',
    failed: "usermod: user 'line' does not exist",
  });
  expect(ran).toHaveLength(2);
});

test('a rule that cannot be written and a command that is not there are failures', async () => {
  const write = () => Promise.reject(new Error('EROFS'));
  expect((await repaired({}, { write })).done.at(-1)?.failed).toContain('EROFS');
  expect((await repaired({ commands: {} })).done).toEqual([
    { says: 'groupadd --system plugdev', failed: 'groupadd is not there, or did not end' },
  ]);
});

test('the rule file is written whole, for everybody to read, and goes before a link to nowhere', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flashline-rules-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'rules.d', '60-flashline.rules');
  const mask = process.umask(0o077);
  try {
    await writeRule(path, 'one');
    await rm(path);
    await symlink('/dev/null', path);
    await writeRule(path, 'two');
  } finally {
    process.umask(mask);
  }
  expect(await readFile(path, 'utf8')).toBe('two');
  expect((await stat(path)).mode & 0o777).toBe(0o644);
  expect(await readdir(join(folder, 'rules.d'))).toEqual(['60-flashline.rules']);
});
