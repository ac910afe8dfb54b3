import { expect, test } from 'vitest';
import { BLINKY, Line } from '../support/line.ts';
import { HAS_TERMINALS, Terminal } from '../support/terminal.ts';

const CTRL_C = '\u0003';
const COLOUR = '\u001b[32m';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

function expectCursor({ text }: Terminal): void {
  expect(text).toContain(HIDE_CURSOR);
  expect(text.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(text.lastIndexOf(HIDE_CURSOR));
}

const withTerminals = test.skipIf(!HAS_TERMINALS);

withTerminals('flash shows a bar per board, and 100 % only of what has passed', async () => {
  const line = await Line.open(3);
  try {
    const [one = '', two = '', three = ''] = line.paths;
    await line.plug(one);
    await line.plug(two, { misbehaviours: [{ kind: 'bit-flip', address: 0x0800_8123, bit: 3 }] });
    await line.plug(three);
    const bench = ['--virtual-bench', line.benchAddress, '--virtual-speed', '0', '--data', line.folder];
    const terminal = new Terminal(['flash', BLINKY, '--all', ...bench]);
    expect(await terminal.ended).toBe(1);
    const { text } = terminal;
    expect(text).toMatch(/A1 {2}█{30} {2}100 % {2}PASS/);
    expect(text).toMatch(/A2 {2}█*░+ {2} *\d+ % {2}FAIL VERIFY_MISMATCH/);
    expect(text).toMatch(/A3 {2}█{30} {2}100 % {2}PASS/);
    expect(text).not.toMatch(/A2 {2}█+ {2}100 %/);
    expect(text).toContain(COLOUR);
    expect(text, 'no lines beside the bars').not.toMatch(/A1: erase/);
    expectCursor(terminal);
  } finally {
    await line.close();
  }
});

withTerminals('a board that ends is shown so while others are in work', async () => {
  const line = await Line.open(2, 1);
  try {
    const [one = '', two = ''] = line.paths;
    await line.plug(one, { misbehaviours: [{ kind: 'read-protected' }] });
    await line.plug(two);
    const bench = ['--virtual-bench', line.benchAddress, '--virtual-speed', '1', '--data', line.folder];
    const terminal = new Terminal(['flash', BLINKY, '--all', ...bench]);
    await terminal.shows(/A1 .*FAIL BOARD_READ_PROTECTED/);
    expect(terminal.text).not.toMatch(/A2 .*PASS/);
    expect(await terminal.ended).toBe(1);
    expect(terminal.text).toMatch(/A2 .*PASS/);
  } finally {
    await line.close();
  }
});

withTerminals('NO_COLOR is heard', async () => {
  const args = ['flash', BLINKY, '--virtual', '1', '--virtual-speed', '0'];
  const terminal = new Terminal(args, { env: { NO_COLOR: '1' } });
  expect(await terminal.ended).toBe(0);
  expect(terminal.text).toMatch(/A1 {2}█{30} {2}100 % {2}PASS/);
  expect(terminal.text).not.toContain(COLOUR);
});

withTerminals('more boards than the screen has lines are summed up', async () => {
  const args = ['flash', BLINKY, '--virtual', '12', '--all', '--virtual-speed', '0'];
  const terminal = new Terminal(args, { rows: 8 });
  expect(await terminal.ended).toBe(0);
  expect(terminal.text).toMatch(/12 boards {2}█{30} {2}100 %/);
  expect(terminal.text).toMatch(/12 {2}PASS {2}A1 A2 A3/);
});

withTerminals('Ctrl-C ends boards as cancelled, and the cursor is back', async () => {
  const terminal = new Terminal(['flash', BLINKY, '--virtual', '2', '--all', '--virtual-speed', '5']);
  await terminal.shows(/A2 .* erase /);
  terminal.type(CTRL_C);
  expect(await terminal.ended).toBe(1);
  expect(terminal.text.match(/ABORTED {2}CANCELLED/g)).toHaveLength(2);
  expectCursor(terminal);
});

withTerminals('erase says what goes and asks, and only yes is a yes', async () => {
  const line = await Line.open(2);
  try {
    const [one = ''] = line.paths;
    await line.plug(one);
    const held = () => line.bench.inspect(one, { address: 0x0800_0000, length: 1024 });
    const before = await held();
    const bench = ['--virtual-bench', line.benchAddress, '--virtual-speed', '0', '--data', line.folder];
    const args = ['erase', '--range', '0x08000000+1K', '--slot', 'A1', ...bench];
    for (const keys of ['y\n', CTRL_C]) {
      const refused = new Terminal(args);
      await refused.shows(/This erases 16 KB of A1 \(F405\/F407\)[\s\S]*Type yes/);
      refused.type(keys);
      expect(await refused.ended).toBe(1);
      expect(refused.text).toContain('Nothing was erased.');
    }
    expect(await held()).toEqual(before);
    const agreed = new Terminal(args);
    await agreed.shows(/Type yes/);
    agreed.type('yes\n');
    expect(await agreed.ended).toBe(0);
    expect(await held()).not.toEqual(before);
  } finally {
    await line.close();
  }
});
