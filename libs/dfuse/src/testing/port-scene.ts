import type { BusDevice, DfuBus } from '../port.ts';

/** The port on which scenes play. */
export const SCENE_PATH = '1-2';

/** A device on it. */
export function seen(address: number, mode: BusDevice['mode'] = 'dfu', changes: Partial<BusDevice> = {}): BusDevice {
  return { path: SCENE_PATH, address, vendorId: 1, productId: 1, bcdDevice: 1, usbSerial: null, mode, ...changes };
}

/** A bus that shows this on the port, look after look, and the last for ever; another board is always beside it. */
export function busOf(looks: readonly (BusDevice | undefined)[]): DfuBus & { readonly looked: () => number } {
  let looked = 0;
  return {
    list: async () => {
      const device = looks[Math.min(looked++, looks.length - 1)];
      return [seen(99, 'dfu', { path: '1-3' }), ...(device === undefined ? [] : [device])];
    },
    watch: () => () => undefined,
    open: () => new Promise<never>(() => {}),
    close: async () => undefined,
    looked: () => looked,
  };
}
