import { setImmediate as turn } from 'node:timers/promises';
import { Fault, type FaultCode, type FaultDetails } from '@flashline/contracts';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { endingOfFault } from '../ending.ts';
import type { FromHost, ToHost } from './host-messages.ts';
import { type Ended, type Listener, PortHost } from './port-host.ts';
import { fakeHosts } from './testing/fake-host.ts';

const UNWATCHED: Listener = { onProgress: () => {}, onMet: () => {}, onPreserved: () => Promise.resolve() };

function open() {
  const { hosts, startHost } = fakeHosts();
  const port = new PortHost(startHost);
  onTestFinished(() => port.stop());
  const [host] = hosts;
  if (host === undefined) throw new Error('no host was started');
  const give = (id: string, listener = UNWATCHED): Promise<Ended> => {
    const ended = port.give(id, orderOf(id), listener);
    // Whoever gave it may look later.
    ended.catch(() => {});
    return ended;
  };
  return { port, host, give };
}

function orderOf(id: string): ToHost {
  const seated = { address: 1, usbSerial: null };
  return { on: 'enter', order: { id, path: '1-1', entry: { by: 'dfu-detach' }, seated } };
}

/** How a host says that an attempt failed. */
function failed(id: string, fault: FaultCode, faultDetails: FaultDetails): Extract<FromHost, { on: 'ended' }> {
  return { on: 'ended', id, report: endingOfFault(new Fault(fault, faultDetails)) };
}

describe('an order', () => {
  test('is told to the host, and what the host says of it comes back', async () => {
    const { host, give } = open();
    const onProgress = vi.fn();
    const onPreserved = vi.fn(() => Promise.resolve());
    const given = give('a', { ...UNWATCHED, onProgress, onPreserved });
    await turn();
    expect(host.told).toEqual([orderOf('a')]);
    host.says({ on: 'progress', id: 'a', phase: 'write', fraction: 0.5 });
    host.says({ on: 'preserved', id: 'a', ranges: [] });
    await turn();
    expect(onProgress).toHaveBeenCalledWith('write', 0.5);
    expect(host.told.at(-1)).toEqual({ on: 'kept', id: 'a', fault: null });
    const ended = failed('a', 'BOARD_GONE', {});
    host.says(ended);
    expect(await given).toBe(ended);
  });

  test('hears that what it preserved is not in safety', async () => {
    const { host, give } = open();
    void give('a', { ...UNWATCHED, onPreserved: () => Promise.reject(new Fault('DATA_NOT_WRITABLE')) });
    await turn();
    host.says({ on: 'preserved', id: 'a', ranges: [] });
    await turn();
    expect(host.told.at(-1)).toEqual({ on: 'kept', id: 'a', fault: 'DATA_NOT_WRITABLE' });
  });

  test('that waits for a process is stopped here, one that the host has is stopped there', async () => {
    const { port, host, give } = open();
    const told = give('told');
    await turn();
    port.cancel('told');
    port.cancel('never given');
    expect(host.told.at(-1)).toEqual({ on: 'cancel', id: 'told' });
    host.ends('crashed');
    await expect(told).rejects.toMatchObject({ code: 'HOST_CRASHED' });
    const waiting = give('waiting');
    port.cancel('waiting');
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    const count = host.told.length;
    host.starts();
    await turn();
    expect(host.told).toHaveLength(count);
  });

  test('that is not over after an hour ends with its process', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { host, give } = open();
    const given = give('a');
    await turn();
    vi.advanceTimersByTime(60 * 60_000 - 1);
    expect(host.recycles).toBe(0);
    vi.advanceTimersByTime(1);
    expect(host.recycles).toBe(1);
    host.ends('recycled');
    await expect(given).rejects.toMatchObject({ code: 'HOST_HUNG' });
  });
});

describe('the end of a process', () => {
  test.each([
    ['crashed', 'HOST_CRASHED'],
    ['hung', 'HOST_HUNG'],
  ] as const)('that %s is a fault of the orders it had, in the phase they were in', async (end, code) => {
    const { host, give } = open();
    const given = [give('a'), give('b')];
    await turn();
    host.says({ on: 'progress', id: 'a', phase: 'erase', fraction: 0 });
    host.ends(end);
    const how = 'as the test says';
    await expect(given[0]).rejects.toMatchObject({ code, details: { how, phase: 'erase' } });
    await expect(given[1]).rejects.toMatchObject({ code, details: { how, phase: null } });
  });

  test('costs those who wait for the next one their orders when none comes up, three in a row', async () => {
    const { host, give } = open();
    host.ends('crashed');
    const given = give('a');
    for (const hasSpoken of [false, false, true, false, false]) host.ends('crashed', hasSpoken);
    for (let time = 0; time < 3; time++) host.ends('recycled', false);
    host.starts();
    await turn();
    expect(host.told).toEqual([orderOf('a')]);
    host.ends('crashed', false);
    const next = give('b');
    host.ends('crashed');
    for (let start = 0; start < 3; start++) host.ends('crashed', false);
    await expect(next).rejects.toMatchObject({ code: 'HOST_CRASHED', details: { how: 'as the test says' } });
    await expect(given).rejects.toMatchObject({ code: 'HOST_CRASHED' });
  });

  test('costs nothing to orders that wait for the next one', async () => {
    const { host, give } = open();
    host.ends('crashed');
    const given = give('a');
    await turn();
    host.ends('crashed');
    host.starts();
    await turn();
    expect(host.told).toEqual([orderOf('a')]);
    const ended = failed('a', 'BOARD_GONE', {});
    host.says(ended);
    expect(await given).toBe(ended);
  });
});

describe('a host in which a native call hung', () => {
  test.each<[FaultCode, FaultDetails]>([
    ['USB_HOST', { request: 'open', hasHung: true }],
    ['BOARD_SILENT', { request: 'DNLOAD', hasHung: true }],
  ])('and ended an order with %s has a new process', async (fault, details) => {
    const { host, give } = open();
    void give('a');
    await turn();
    host.says(failed('a', fault, details));
    expect(host.recycles).toBe(1);
  });

  test.each<[FaultCode, FaultDetails]>([
    ['USB_HOST', { path: '1-1', reason: 'ENOENT' }],
    ['USB_HOST', { hasHung: false }],
    ['BOARD_SILENT', { silences: 3 }],
  ])('is not one that only says %s %o', async (fault, details) => {
    const { host, give } = open();
    void give('a');
    await turn();
    host.says(failed('a', fault, details));
    expect(host.recycles).toBe(0);
  });

  test('finishes what it has first, and what comes meanwhile waits for the new process', async () => {
    const { host, give } = open();
    void give('hung');
    void give('in work');
    await turn();
    host.says(failed('hung', 'USB_HOST', { hasHung: true }));
    const late = give('late');
    await turn();
    expect(host.recycles).toBe(0);
    expect(host.told).toEqual([orderOf('hung'), orderOf('in work')]);

    host.says(failed('in work', 'BOARD_GONE', {}));
    expect(host.recycles).toBe(1);
    await turn();
    expect(host.told).toHaveLength(2);

    host.ends('recycled');
    host.starts();
    await turn();
    expect(host.told.at(-1)).toEqual(orderOf('late'));
    const ended = failed('late', 'BOARD_GONE', {});
    host.says(ended);
    expect(await late).toBe(ended);
    expect(host.recycles, 'the new one is not suspect').toBe(1);
  });

  test('has a new process before orders that it was about to be told', async () => {
    const { port, host, give } = open();
    void give('a');
    port.renew();
    await turn();
    expect(host.recycles).toBe(1);
    expect(host.told).toEqual([]);
    host.ends('recycled');
    host.starts();
    await turn();
    expect(host.told).toEqual([orderOf('a')]);
  });

  test('that has no process by then has a new one on its way', async () => {
    const { port, host, give } = open();
    host.ends('crashed');
    port.renew();
    const given = give('a');
    host.starts();
    await turn();
    expect(host.recycles).toBe(0);
    expect(host.told).toEqual([orderOf('a')]);
    host.ends('crashed');
    await expect(given).rejects.toMatchObject({ code: 'HOST_CRASHED' });
  });
});

describe('a host that is stopped', () => {
  test('ends every order, told or waiting', async () => {
    const { port, host, give } = open();
    const told = give('told');
    await turn();
    port.renew();
    const waiting = give('waiting');
    await port.stop();
    expect(host.isStopped).toBe(true);
    for (const given of [told, waiting])
      await expect(given).rejects.toMatchObject({ code: 'HOST_CRASHED', details: { how: 'stopped' } });
    expect(host.told).toEqual([orderOf('told')]);
  });

  test('refuses what comes later, also when it was to have a new process', async () => {
    const { port, give } = open();
    void give('told');
    await turn();
    port.renew();
    await port.stop();
    await expect(give('late')).rejects.toMatchObject({ code: 'HOST_CRASHED' });
  });
});
