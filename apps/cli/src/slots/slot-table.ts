import type { SlotName } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { table } from '../table.ts';
import { deviceWords } from './wizard-words.ts';

/** Slots as a table; with what sits on their ports, when that is given. */
export function slotTable(slots: readonly SlotName[], onPort: ReadonlyMap<string, BusDevice> | null): string {
  const rows = slots.map(({ label, path, group, place }) => {
    const where = place === undefined ? '-' : `row ${place.row}, column ${place.column}`;
    const device = onPort?.get(path);
    const now = device === undefined ? 'empty' : deviceWords(device);
    return [label, path, group ?? '-', where, ...(onPort === null ? [] : [now])];
  });
  return table([['slot', 'port', 'group', 'place', ...(onPort === null ? [] : ['now'])], ...rows]);
}

/** Devices on ports that are no slots, as a table. */
export function othersTable(others: readonly BusDevice[]): string {
  return table([['port', 'now'], ...others.map((device) => [device.path, deviceWords(device)])]);
}
