import { expect, test, vi } from 'vitest';
import { DEVICE } from '../testing/attempts-scene.ts';
import { Lookout } from './lookout.ts';
import { fakeHosts } from './testing/fake-host.ts';

function open() {
  const { hosts, startHost } = fakeHosts();
  const events = { onScan: vi.fn(), onUntold: vi.fn(), onChange: vi.fn() };
  const lookout = new Lookout(startHost, events);
  const [host] = hosts;
  if (host === undefined) throw new Error('no host was started');
  const sees = (unseen: readonly string[] = []) =>
    host.says({ on: 'devices', lookedAtMs: 1, devices: [DEVICE], hubs: {}, arriving: {}, trouble: null, unseen });
  return { lookout, host, events, sees };
}

test('a lookout is blind until the first scan', () => {
  const { lookout, events, sees } = open();
  expect(lookout).toMatchObject({ isBlind: true, trouble: 'The station is starting.' });
  sees();
  expect(lookout).toMatchObject({ isBlind: false, trouble: null });
  expect(events.onScan).toHaveBeenCalledWith(expect.objectContaining({ devices: [DEVICE], lookedAtMs: 1 }));
});

test('a process that ends blinds it, and it says how that came', () => {
  const { lookout, host, sees } = open();
  sees();
  host.ends('hung');
  expect(lookout.trouble).toBe('The process that watches the USB bus hung (as the test says).');
  sees();
  expect(lookout.trouble).toBeNull();
});

test('for a device that the process was not told of there is a new process, once', () => {
  const { lookout, host, events, sees } = open();
  sees(['1-2@7']);
  expect(host.recycles).toBe(1);
  expect(events.onUntold).toHaveBeenCalledExactlyOnceWith('1-2');
  host.ends('recycled');
  expect(lookout.trouble).toBe('The station looks at the USB bus anew.');
  host.starts();
  sees(['1-2@7']);
  expect(host.recycles).toBe(1);
  expect(lookout.isBlind).toBe(false);
  expect(lookout.trouble).toContain('cannot see what is plugged in at 1-2.');
  sees(['1-2@8']);
  expect(host.recycles, 'another device on that port').toBe(2);
});

test('a new process that fails is not called a new look', () => {
  const { lookout, host, sees } = open();
  sees(['1-2@7']);
  host.ends('recycled');
  host.starts();
  host.ends('crashed');
  expect(lookout.trouble).toContain('crashed');
});
