import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type UsbCapacity, UsbTree } from '@flashline/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeSysfs } from '../testing/fake-sysfs.ts';
import { readUsbTree, usbTreeOf, usbTreeReader } from './usb-tree.ts';

const XHCI = 'pci0000:00/0000:00:14.0';
const XHCI_NAME = { product: 'xHCI Host Controller' };

const ADDRESSES = { max: 126, source: 'bus-addresses' };
const OBSERVED = (max: number) => ({ max, source: 'xhci-observed' });

let sysfs: FakeSysfs;

beforeEach(() => {
  sysfs = new FakeSysfs();
});

afterEach(() => sysfs.remove());

async function tree(): Promise<UsbTree> {
  return UsbTree.parse(await readUsbTree(sysfs.root));
}

async function capacity(): Promise<UsbCapacity> {
  const [only, ...others] = (await tree()).capacities;
  if (only === undefined || others.length > 0) throw new Error('not one controller');
  return only;
}

test('a computer without sysfs has no known tree', async () => {
  expect(await readUsbTree(join(sysfs.root, 'nowhere'))).toBeNull();
});

test('a computer without USB devices has an empty tree', async () => {
  expect(await tree()).toEqual({ hubs: [], capacities: [], findings: [] });
});

describe('a second reading', () => {
  test('asks nothing of a device that is as it was', async () => {
    sysfs.rootHub(1, XHCI, XHCI_NAME);
    sysfs.hub('1-2', { product: 'one' });
    const read = usbTreeReader(sysfs.root);
    const first = await read();
    sysfs.hub('1-2', { product: 'nobody asks this' });
    expect(await read()).toEqual(first);
  });

  test('sees the ports of a hub that the kernel was not done with', async () => {
    sysfs.rootHub(1, XHCI, XHCI_NAME);
    sysfs.hub('1-2', { maxchild: '0' });
    const read = usbTreeReader(sysfs.root);
    expect((await read())?.hubs[1]?.ports).toBe(0);
    sysfs.hub('1-2', { maxchild: '4' });
    expect((await read())?.hubs[1]?.ports).toBe(4);
  });

  test('sees another device on a port, one that has left, and one that the kernel was not done with', async () => {
    sysfs.rootHub(1, XHCI, XHCI_NAME);
    sysfs.hub('1-2', { product: 'one' });
    sysfs.device('1-3', {}, []);
    const read = usbTreeReader(sysfs.root);
    const endpointsOf = async () => (await read())?.capacities[0]?.endpoints;
    const before = await endpointsOf();
    sysfs.device('1-3', {}, [4]);
    expect(await endpointsOf()).toBe((before ?? 0) + 4);
    sysfs.replace('1-2', { bDeviceClass: '09', product: 'another', maxchild: '7' });
    expect((await read())?.hubs[1]).toMatchObject({ name: 'another', ports: 7 });
    sysfs.replace('1-2', {});
    expect((await read())?.hubs).toHaveLength(1);
  });
});

describe('the hubs', () => {
  test('are told by path, in the order of their ports, with what they say of themselves', async () => {
    sysfs.rootHub(1, XHCI, { ...XHCI_NAME, maxchild: '16' });
    sysfs.hub('1-10', { product: 'ten' });
    sysfs.hub('1-2', { bDeviceProtocol: '02', idVendor: '05e3', idProduct: '0610', product: 'two' });
    sysfs.hub('1-2.4', { speed: '12', bDeviceProtocol: '00', maxchild: '7' });
    sysfs.device('1-2.1');
    const { hubs } = await tree();
    expect(hubs.map(({ path, name, translators }) => [path, name, translators])).toEqual([
      ['1-0', 'xHCI Host Controller', 'none'],
      ['1-2', 'two', 'multi'],
      ['1-2.4', 'USB2.0 Hub', 'none'],
      ['1-10', 'ten', 'single'],
    ]);
    expect(hubs[1]).toEqual({
      path: '1-2',
      controller: '0000:00:14.0',
      vendorId: 0x05e3,
      productId: 0x0610,
      name: 'two',
      speed: 'high',
      translators: 'multi',
      ports: 4,
    });
    expect(hubs[2]).toMatchObject({ speed: 'full', ports: 7 });
  });

  test.each([
    ['1.5', 'low'],
    ['12', 'full'],
    ['480', 'high'],
    ['5000', 'super'],
    ['10000', 'super-plus'],
    ['20000', 'super-plus'],
    ['unknown', 'low'],
  ])('of %s Mbit/s have speed %s', async (megabits, speed) => {
    sysfs.rootHub(2, XHCI, { speed: megabits });
    expect((await tree()).hubs).toMatchObject([{ path: '2-0', speed }]);
  });

  test('of a SuperSpeed bus have no translators, whatever their protocol', async () => {
    sysfs.hub('2-1', { speed: '5000', bDeviceProtocol: '01' });
    expect((await tree()).hubs).toMatchObject([{ translators: 'none' }]);
  });

  test('without a root hub have no known controller', async () => {
    sysfs.hub('1-1');
    expect(await tree()).toMatchObject({ hubs: [{ controller: null }], capacities: [] });
  });

  test('that leave while they are read are left out, and odd files are as good as none', async () => {
    writeFileSync(join(sysfs.root, 'sys/bus/usb/devices/1-1'), 'no folder');
    sysfs.hub('1-2', { maxchild: 'many', product: '\u0007'.repeat(5_000) });
    expect((await tree()).hubs).toMatchObject([{ path: '1-2', ports: 0, name: '' }]);
  });
});

describe('the capacity', () => {
  test('counts devices and endpoints behind one controller, on all its buses, without its root hubs', async () => {
    sysfs.rootHub(1, XHCI, XHCI_NAME);
    sysfs.rootHub(2, XHCI, { ...XHCI_NAME, speed: '5000' });
    sysfs.hub('1-1');
    sysfs.device('1-1.1');
    sysfs.device('1-1.2', {}, [1, 2]);
    sysfs.hub('2-1', { speed: '5000' });
    sysfs.device('3-1');
    expect(await capacity()).toEqual({
      controller: '0000:00:14.0',
      devices: 4,
      endpoints: 2 + 1 + 4 + 2,
      devicesLimit: { max: 32, source: 'xhci-observed' },
      endpointsLimit: { max: 64, source: 'xhci-observed' },
      roomFor: { dfu: 28, cdc: 13 },
    });
  });

  test('of other controllers knows the addresses of the bus only', async () => {
    sysfs.rootHub(1, 'platform/vhci_hcd.0', { product: 'USB/IP Virtual Host Controller' });
    sysfs.device('1-1');
    expect(await capacity()).toEqual({
      controller: 'vhci_hcd.0',
      devices: 1,
      endpoints: 1,
      devicesLimit: { max: 126, source: 'bus-addresses' },
      endpointsLimit: null,
      roomFor: { dfu: 125, cdc: 125 },
    });
  });

  test.each([
    [32, [0], { devicesLimit: OBSERVED(32), endpointsLimit: OBSERVED(64), roomFor: { dfu: 0, cdc: 0 } }],
    [33, [0], { devicesLimit: ADDRESSES, endpointsLimit: OBSERVED(64), roomFor: { dfu: 31, cdc: 7 } }],
    [16, [1, 2], { devicesLimit: OBSERVED(32), endpointsLimit: OBSERVED(64), roomFor: { dfu: 0, cdc: 0 } }],
    [17, [1, 2], { devicesLimit: OBSERVED(32), endpointsLimit: OBSERVED(96), roomFor: { dfu: 15, cdc: 7 } }],
    [30, [1, 2], { devicesLimit: OBSERVED(32), endpointsLimit: null, roomFor: { dfu: 2, cdc: 2 } }],
  ])('of an xHCI controller with %i devices of %j endpoints', async (devices, endpoints, estimate) => {
    sysfs.rootHub(1, XHCI, XHCI_NAME);
    sysfs.rootHub(2, XHCI, { ...XHCI_NAME, speed: '10000' });
    for (let port = 1; port <= devices; port++) sysfs.device(`1-${port}`, {}, endpoints);
    expect(await capacity()).toMatchObject({ devices, ...estimate });
    const isFull = estimate.roomFor.dfu === 0;
    expect((await tree()).findings).toEqual(isFull ? [{ kind: 'full-controller', controller: '0000:00:14.0' }] : []);
  });
});

describe('the findings', () => {
  test('name hubs with one translator for several slow devices, also behind a full-speed hub', async () => {
    sysfs.rootHub(1, XHCI, XHCI_NAME);
    sysfs.device('1-5');
    sysfs.device('1-6');
    sysfs.hub('1-1');
    sysfs.device('1-1.1');
    sysfs.hub('1-1.2', { speed: '12', bDeviceProtocol: '00' });
    sysfs.device('1-1.2.1', { speed: '1.5' });
    sysfs.device('1-1.3', { speed: '480' });
    sysfs.hub('1-2');
    sysfs.device('1-2.1');
    sysfs.hub('1-3', { bDeviceProtocol: '02' });
    sysfs.device('1-3.1');
    sysfs.device('1-3.2');
    expect((await tree()).findings).toEqual([{ kind: 'shared-translator', hub: '1-1', devices: 2 }]);
  });

  test('name hubs at a depth where nothing more works behind them', async () => {
    for (const path of ['1-1', '1-1.1', '1-1.1.1', '1-1.1.1.1', '1-1.1.1.1.1', '1-1.1.1.1.1.1']) sysfs.hub(path);
    expect((await tree()).findings).toEqual([
      { kind: 'deep-hub', hub: '1-1.1.1.1.1', depth: 5 },
      { kind: 'deep-hub', hub: '1-1.1.1.1.1.1', depth: 6 },
    ]);
  });
});

test('a computer with more hubs than any has is told in bounds', () => {
  const hub = { vendorId: 0, productId: 0, isHub: true, protocol: 1, megabitsPerSecond: 480, endpoints: 2, ports: 4 };
  const many = Array.from({ length: 300 }, (_, bus) => ({ ...hub, path: `${bus}-1`, name: null, controller: null }));
  expect(UsbTree.parse(usbTreeOf(many)).hubs).toHaveLength(256);
});
