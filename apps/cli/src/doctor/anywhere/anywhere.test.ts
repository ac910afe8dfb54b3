import { Fault } from '@flashline/contracts';
import { describe, expect, test } from 'vitest';
import type { Patient } from '../examination.ts';
import type { FakeSpec } from '../testing/fake-computer.ts';
import { found } from '../testing/found.ts';
import { GOOD_LINUX, GOOD_REDIS, patientWith, SEEN } from '../testing/good-linux.ts';

describe('what is wrong is found by the check it concerns and by no other', () => {
  test.each<[string, FakeSpec, Record<string, string>, RegExp]>([
    ['an old Node.js', { ...GOOD_LINUX, nodeVersion: '22.9.0' }, { node: 'bad' }, /^npm install$/],
    ['a newer Node.js', { ...GOOD_LINUX, nodeVersion: '26.1.0' }, { node: 'warn' }, /npx/],
    ['a folder that cannot be written', { ...GOOD_LINUX, closed: ['/home/line'] }, { 'data-folder': 'bad' }, /--data/],
    ['a disk that does not sync', { ...GOOD_LINUX, syncMs: 'EIO' }, { 'data-folder': 'bad' }, /^df -h \/home\/line$/m],
    ['a slow disk', { ...GOOD_LINUX, syncMs: 140 }, { 'data-folder': 'warn' }, /faster/],
    ['a full disk', { ...GOOD_LINUX, freeBytes: 100e6 }, { 'disk-space': 'bad' }, /^df -h/],
    ['a nearly full disk', { ...GOOD_LINUX, freeBytes: 1e9 }, { 'disk-space': 'warn' }, /^df -h/],
    ['a disk that does not tell', { ...GOOD_LINUX, freeBytes: null }, { 'disk-space': 'unknown' }, /^$/],
    ['a clock at the beginning of time', { ...GOOD_LINUX, now: '1970-01-01T00:00:09Z' }, { clock: 'bad' }, /set-ntp/],
    ['a clock at its end', { ...GOOD_LINUX, now: '2136-02-07T00:00:00Z' }, { clock: 'bad' }, /set-ntp/],
    [
      'a clock that nothing sets',
      { ...GOOD_LINUX, commands: { timedatectl: { stdout: 'no\n' } } },
      { clock: 'warn' },
      /^sudo timedatectl set-ntp true$/,
    ],
  ])('%s', async (_, spec, states, steps) => {
    const troubles = await found(patientWith(spec));
    expect(troubles.states).toEqual(states);
    expect(troubles.do).toMatch(steps);
    expect(troubles.says).toMatch(/^.{5,200}\.$/m);
  });

  test.each<[string, Partial<Patient>, Record<string, string>]>([
    [
      'a USB library that does not load',
      { look: () => Promise.reject(new Fault('USB_HOST', { how: 'x' })) },
      { 'usb-library': 'bad' },
    ],
    [
      'a USB library that sees no bus',
      { look: async () => ({ devices: [], trouble: 'No bus.' }) },
      { 'usb-library': 'bad' },
    ],
    [
      'a board the library does not see',
      { look: async () => ({ devices: SEEN.slice(1), trouble: null }) },
      { 'usb-library': 'warn' },
    ],
    ['a tree that cannot be known', { tree: async () => null }, { 'usb-capacity': 'unknown' }],
    ['records in memory', { dataFolder: '/srv/my tmp/records' }, { 'data-folder': 'warn' }],
    [
      'a Redis that is silent',
      { inspectRedis: () => Promise.reject(new Fault('QUEUE_UNREACHABLE', { url: 'u' })) },
      { redis: 'bad' },
    ],
    [
      'an address that is none',
      { inspectRedis: () => Promise.reject(new Fault('CONFIG_INVALID', { field: 'redis', reason: 'must be a URL' })) },
      { redis: 'bad' },
    ],
    ['a Redis that evicts', { inspectRedis: async () => ({ ...GOOD_REDIS, policy: 'allkeys-lru' }) }, { redis: 'bad' }],
    [
      'a Redis that cannot write',
      { inspectRedis: async () => ({ ...GOOD_REDIS, refusesWrites: true }) },
      { redis: 'bad' },
    ],
    ['a replica', { inspectRedis: async () => ({ ...GOOD_REDIS, isReplica: true }) }, { redis: 'bad' }],
    ['a Redis that forgets', { inspectRedis: async () => ({ ...GOOD_REDIS, isAppending: false }) }, { redis: 'warn' }],
  ])('%s', async (_, others, states) => {
    const troubles = await found(patientWith(GOOD_LINUX, others));
    expect(troubles.states).toEqual(states);
    if ('redis' in states && states.redis === 'bad') expect(troubles.do).not.toBe('');
  });

  test.each([
    [{ kind: 'shared-translator', hub: '1-2', devices: 9 }, /9 devices share the one translator of hub 1-2/],
    [{ kind: 'deep-hub', hub: '1-1.1.1.1.1', depth: 6 }, /Hub 1-1.1.1.1.1/],
    [{ kind: 'full-controller', controller: '0000:00:14.0' }, /0000:00:14.0 is full/],
  ] as const)('a bus that is wired badly: $kind', async (finding, says) => {
    const tree = async () => ({ hubs: [], capacities: [], findings: [finding] });
    const troubles = await found(patientWith(GOOD_LINUX, { tree }));
    expect(troubles.states).toEqual({ 'usb-capacity': 'warn' });
    expect(troubles.says).toMatch(says);
    expect(troubles.do).not.toBe('');
  });
});
