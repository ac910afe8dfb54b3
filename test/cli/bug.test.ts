import { expect, test } from 'vitest';
import { BLINKY } from '../support/line.ts';
import { flashline } from '../support/processes.ts';

const BUGS = {
  'in what a command does': `console.log = () => { throw new TypeError('boom'); };`,
  // Thrown where nobody catches it, as soon as the last resort is there.
  'in what goes on beside it': `process.on('newListener', (event) => {
    if (event === 'uncaughtException') setImmediate(() => { throw new TypeError('boom'); });
  });`,
};

/** Has Node.js run this before flashline. */
function before(script: string): NodeJS.ProcessEnv {
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(script)}` };
}

test.each(Object.entries(BUGS))('a bug %s is told as one, by a code and one line', async (_where, script) => {
  const { code, stderr } = await flashline(['info', BLINKY], { ...before(script), FLASHLINE_DEBUG: '' });
  expect(code).toBe(70);
  expect(stderr).toMatch(/^COMMAND_BUG: .*boom.*FLASHLINE_DEBUG=1.*\n$/);
});

test.each(Object.entries(BUGS))('with FLASHLINE_DEBUG a bug %s also tells where it was', async (_where, script) => {
  const { code, stderr } = await flashline(['info', BLINKY], { ...before(script), FLASHLINE_DEBUG: '1' });
  expect(code).toBe(70);
  expect(stderr).toMatch(/^COMMAND_BUG: .*\nTypeError: boom\n +at /);
});
