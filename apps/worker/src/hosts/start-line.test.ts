import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HostRole } from './host-messages.ts';
import { type LeaveLine, StartLine } from './start-line.ts';

/** A line, and the names of those that begun in it, in order. */
function open(startsMax: number) {
  const line = new StartLine(startsMax);
  const begun: string[] = [];
  const enter = (name: string, role: HostRole = 'ports') => line.enter(role, () => begun.push(name));
  return { begun, enter };
}

test('so many start at a time, the others in the order in which they came', () => {
  const { begun, enter } = open(2);
  const [leaveA, leaveB] = ['a', 'b', 'c', 'd'].map((name) => enter(name));
  expect(begun).toEqual(['a', 'b']);
  leaveB?.();
  leaveB?.();
  expect(begun).toEqual(['a', 'b', 'c']);
  leaveA?.();
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
});

test('the one that watches the bus starts at once, and no other while it does', () => {
  const { begun, enter } = open(2);
  const leaveFirst = enter('watcher', 'discovery');
  const leaves = ['a', 'b', 'c'].map((name) => enter(name));
  expect(begun).toEqual(['watcher']);
  leaveFirst();
  expect(begun).toEqual(['watcher', 'a', 'b']);
  const leaveNext = enter('next watcher', 'discovery');
  for (const leave of leaves.slice(0, 2)) leave();
  expect(begun).toEqual(['watcher', 'a', 'b', 'next watcher']);
  leaveNext();
  expect(begun.at(-1)).toBe('c');
});

test('whoever comes and leaves: never too many start, and nobody is forgotten', () => {
  const Step = fc.tuple(fc.constantFrom('ports', 'ports', 'discovery', 'leave'), fc.nat(6));
  fc.assert(
    fc.property(fc.array(Step, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), (steps, startsMax) => {
      const line = new StartLine(startsMax);
      const here: { role: HostRole; hasBegun: boolean; leave: LeaveLine }[] = [];
      for (const [what, which] of steps) {
        if (what === 'leave') here.splice(which, 1)[0]?.leave();
        else {
          const one = { role: what, hasBegun: false, leave: () => {} };
          here.push(one);
          one.leave = line.enter(what, () => {
            one.hasBegun = true;
          });
        }
        const watchers = here.filter(({ role }) => role === 'discovery');
        const ports = here.filter(({ role }) => role === 'ports');
        const begun = ports.filter(({ hasBegun }) => hasBegun);
        expect(watchers.every(({ hasBegun }) => hasBegun)).toBe(true);
        expect(begun.length).toBeLessThanOrEqual(startsMax);
        expect(begun, 'in the order in which they came').toEqual(ports.slice(0, begun.length));
        if (watchers.length === 0) expect(begun).toHaveLength(Math.min(startsMax, ports.length));
      }
    }),
  );
});
