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

/** How the station of a scene is built; `fixture` has two fixtures, one with a hole, and a board on the wrong port. */
export function setupOf(station: string, scene: string, slots: readonly Slot[], simulated: boolean): StationSetup {
  const isFixture = scene === 'fixture';
  return {
    station,
    online: true,
    simulated,
    keepsNames: true,
    slots: slots.map(({ slot: path, label }, index) => ({
      path,
      label,
      ...(isFixture ? seatIn(index, Math.ceil(slots.length / 2)) : {}),
    })),
    others: isFixture ? [...OTHERS] : [],
    usb: isFixture ? USB : null,
  };
}

function seatIn(index: number, perFixture: number): Pick<SlotName, 'group' | 'place'> {
  const columns = Math.ceil(Math.sqrt(perFixture));
  const own = index % perFixture;
  return {
    group: index < perFixture ? 'Left fixture' : 'Right fixture',
    place: { row: 1 + Math.floor(own / columns), column: 1 + (own % columns) },
  };
}
