import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { DEVICE } from '../testing/attempts-scene.ts';
import type { EntryOrder } from './host-messages.ts';
import { PortHosts } from './port-hosts.ts';
import { fakeHosts } from './testing/fake-host.ts';

function open(slotsPerHost: number) {
  const { hosts, startHost } = fakeHosts();
  const ports = new PortHosts(startHost, slotsPerHost);
  onTestFinished(() => ports.stop());
  const enter = (path: string, id = path) => {
    const entered = ports.enter({ ...orderOf(path), id });
    // Whoever gave it may look later.
    entered.catch(() => {});
    return entered;
  };
  return { ports, hosts, enter };
}

/** An order on a port, with the port as its id. */
function orderOf(path: string): EntryOrder {
  return { id: path, path, entry: { by: 'dfu-detach' }, seated: { address: 1, usbSerial: null } };
}

test('so many slots share a host, and each slot keeps its own', async () => {
  const { ports, hosts, enter } = open(2);
  for (const path of ['1-1', '1-2', '1-1', '1-3']) ports.prepare(path);
  expect(hosts).toHaveLength(2);
  for (const path of ['1-3', '1-2', '1-1']) void enter(path);
  await turn();
  const paths = hosts.map(({ told }) => told.map((order) => (order.on === 'enter' ? order.order.path : order.on)));
  expect(paths).toEqual([['1-2', '1-1'], ['1-3']]);
});

test('the death of a host is a fault of its own boards alone', async () => {
  const { hosts, enter } = open(2);
  const given = ['1-1', '1-2', '1-3'].map((path) => enter(path));
  await turn();
  hosts[0]?.ends('crashed');
  hosts[1]?.says({ on: 'entered', id: '1-3', report: { device: DEVICE, fault: null } });
  const ends = await Promise.allSettled(given);
  expect(ends).toMatchObject([
    { reason: { code: 'HOST_CRASHED' } },
    { reason: { code: 'HOST_CRASHED' } },
    { value: DEVICE },
  ]);
});

test('a board that was kept out of its bootloader is told by its fault', async () => {
  const { hosts, enter } = open(1);
  const given = enter('1-1');
  await turn();
  const report = { device: null, fault: 'BOARD_SILENT', faultDetails: { reason: 'does not open' } } as const;
  hosts[0]?.says({ on: 'entered', id: '1-1', report });
  await expect(given).rejects.toMatchObject({ code: 'BOARD_SILENT', details: { reason: 'does not open' } });
});

test('an order is stopped at the host that has it', async () => {
  const { ports, hosts, enter } = open(1);
  for (const path of ['1-1', '1-2']) void enter(path);
  await turn();
  ports.cancel('1-2');
  expect(hosts.map(({ told }) => told.length)).toEqual([1, 2]);
});

test('a host is made for a slot, and not for any port on which something is not seen', () => {
  const { ports, hosts } = open(1);
  ports.prepare('1-1');
  ports.renew('1-9');
  expect(hosts).toHaveLength(1);
  expect(hosts[0]?.recycles).toBe(0);
  ports.renew('1-1');
  expect(hosts[0]?.recycles).toBe(1);
});

test('a stop ends all hosts with what they do, and none is started after it', async () => {
  const { ports, hosts, enter } = open(1);
  const told = enter('1-1');
  await turn();
  ports.renew('1-1');
  const given = [told, enter('1-1', 'waits'), enter('1-2')];
  await ports.stop();
  for (const one of [...given, enter('1-1'), enter('1-3')])
    await expect(one).rejects.toMatchObject({ code: 'HOST_CRASHED' });
  ports.prepare('1-4');
  expect(hosts.map(({ isStopped }) => isStopped)).toEqual([true, true]);
});
