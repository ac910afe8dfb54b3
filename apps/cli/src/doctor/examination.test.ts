import { expect, test } from 'vitest';
import { examine } from './examination.ts';
import { found, withFiles, without } from './testing/found.ts';
import { GOOD_LINUX, patientWith } from './testing/good-linux.ts';

test('on a good computer every check is ok, says so in a sentence, and has nothing to do', async () => {
  const { findings, states } = await found(patientWith(GOOD_LINUX));
  expect(states).toEqual({});
  expect(findings.map(({ id }) => id)).toEqual([
    ...['usb', 'udev-rule', 'plugdev', 'board-access', 'held-boards', 'modem-manager', 'autosuspend', 'usbfs-memory'],
    ...['usb-library', 'usb-capacity', 'node', 'redis', 'data-folder', 'disk-space', 'clock'],
  ]);
  for (const { says, do: steps } of findings) {
    expect(says).toMatch(/^.{5,200}\.$/);
    expect(steps).toEqual([]);
  }
});

test('without a USB subsystem there is one finding, and what needs USB is skipped', async () => {
  const { states, findings } = await found(patientWith(withFiles(without(/^\/(sys|dev)\/bus/))));
  expect(Object.entries(states).filter(([, state]) => state !== 'skipped')).toEqual([['usb', 'bad']]);
  expect(findings.filter(({ state }) => state === 'ok').map(({ id }) => id)).toEqual([
    ...['node', 'redis', 'data-folder', 'disk-space', 'clock'],
  ]);
});

test('a check that breaks leaves the others alone', async () => {
  const { states, says } = await found(patientWith(GOOD_LINUX, { tree: () => Promise.reject(new Error('bug')) }));
  expect(states).toEqual({ 'usb-capacity': 'unknown' });
  expect(says).toContain('bug');
});

test('without --redis nothing is said of Redis', async () => {
  const findings = await examine(patientWith(GOOD_LINUX, { inspectRedis: null }));
  expect(findings.map(({ id }) => id)).not.toContain('redis');
});
