import type { OtherDevice, Slot, SlotName, StationSetup, UsbTree } from '@flashline/contracts';

const OTHERS: readonly OtherDevice[] = [
  { path: '3-1', vendorId: 0x0483, productId: 0xdf11, mode: 'dfu' },
  { path: '1-8', vendorId: 0x046d, productId: 0xc31c, mode: 'other' },
];

const USB: UsbTree = {
  hubs: [
    hub('1-0', 'xHCI Host Controller', 'none', 16),
    hub('1-1', 'USB2.0 Hub', 'multi', 7),
    hub('1-2', 'USB2.0 Hub', 'single', 7),
    hub('1-2.1', null, 'single', 4),
  ],
  capacities: [
    {
      controller: '0000:00:14.0',
      devices: 21,
      endpoints: 40,
      devicesLimit: { max: 32, source: 'xhci-observed' },
      endpointsLimit: { max: 64, source: 'xhci-observed' },
      roomFor: { dfu: 11, cdc: 6 },
    },
  ],
  findings: [{ kind: 'shared-translator', hub: '1-2', devices: 7 }],
};

function hub(path: string, name: string | null, translators: 'none' | 'single' | 'multi', ports: number) {
  return {
    path,
    controller: '0000:00:14.0',
    vendorId: 0x1a40,
    productId: 0x0201,
    name,
    speed: 'high',
    translators,
    ports,
  } as const;
}

/** How the station of a scene is built: `fixture` has three fixtures of 8, 3 and the rest, `groups` the same without places. */
export function setupOf(station: string, scene: string, slots: readonly Slot[], simulated: boolean): StationSetup {
  const isFixture = scene === 'fixture' || scene === 'groups';
  return {
    station,
    online: true,
    simulated,
    keepsNames: true,
    slots: slots.map(({ slot: path, label }, index) => ({
      path,
      label,
      ...(isFixture ? seatIn(index, scene === 'fixture') : {}),
    })),
    others: isFixture ? [...OTHERS] : [],
    usb: isFixture ? USB : null,
  };
}

const FIXTURES = [
  { group: 'Left fixture', from: 0, columns: 4 },
  { group: 'Rework after the oven', from: 8, columns: 1 },
  { group: 'Right fixture', from: 11, columns: 4 },
] as const;

function seatIn(index: number, hasPlaces: boolean): Pick<SlotName, 'group' | 'place'> {
  const fixture = FIXTURES.findLast(({ from }) => index >= from);
  if (fixture === undefined) return {};
  const { group, from, columns } = fixture;
  const own = index - from;
  const place = { row: 1 + Math.floor(own / columns), column: 1 + (own % columns) };
  return hasPlaces ? { group, place } : { group };
}
