import type { BusDevice } from '@flashline/dfuse';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { next, type Wizard, type WizardEvent, wizardFor } from './wizard.ts';

function device(path: string, address = 1, mode: BusDevice['mode'] = 'dfu'): BusDevice {
  return { path, address, vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, usbSerial: null, mode };
}

const see = (...devices: BusDevice[]): WizardEvent => ({ on: 'scanned', devices });
const after = (labels: readonly string[], ...events: WizardEvent[]): Wizard => events.reduce(next, wizardFor(labels));
const found = ({ found: ports }: Wizard) => Object.fromEntries(ports);

test('each board that is plugged in names the next slot', () => {
  const one = device('1-1');
  const wizard = after(['A1', 'A2'], see(), see(one), see(one, device('1-2', 2, 'application')));
  expect(found(wizard)).toEqual({ A1: '1-1', A2: '1-2' });
  expect(wizard.at).toBe(2);
});

test('what was there at the start is no answer; plugged in again it is', () => {
  const before = after(['A1'], see(device('1-1', 1)), see(device('1-1', 1)));
  expect(found(before)).toEqual({});
  expect(found([see(), see(device('1-1', 2))].reduce(next, before))).toEqual({ A1: '1-1' });
  // Pulled and plugged in between two scans.
  expect(found(next(before, see(device('1-1', 2))))).toEqual({ A1: '1-1' });
});

test('a port that has a name already is refused, and the slot is still asked for', () => {
  const wizard = after(['A1', 'A2'], see(), see(device('1-1', 1)), see(), see(device('1-1', 2)));
  expect(wizard).toMatchObject({ at: 1, note: { kind: 'taken', label: 'A1', path: '1-1' } });
});

test('several boards at once are no answer', () => {
  const wizard = after(['A1'], see(), see(device('1-1'), device('1-2', 2)));
  expect(wizard).toMatchObject({ at: 0, note: { kind: 'several', paths: ['1-1', '1-2'] } });
});

test('something that is no board is told and not taken; beside a board it does not matter', () => {
  const stick = device('1-3', 3, 'other');
  expect(after(['A1'], see(), see(stick))).toMatchObject({ at: 0, note: { kind: 'stranger' } });
  expect(found(after(['A1'], see(), see(stick, device('1-1'))))).toEqual({ A1: '1-1' });
});

test('skip leaves a slot out, back asks for the one before again and forgets it', () => {
  const skipped = after(['A1', 'A2'], see(), { on: 'skip' }, see(device('1-2')));
  expect([found(skipped), skipped.at]).toEqual([{ A2: '1-2' }, 2]);
  const back = after(['A1', 'A2'], see(), see(device('1-1')), { on: 'back' }, { on: 'back' });
  expect([found(back), back.at]).toEqual([{}, 0]);
  expect(found([see(), see(device('1-1', 2))].reduce(next, back))).toEqual({ A1: '1-1' });
});

test('whatever is plugged and typed, no port has two labels and no slot before the one asked for is made up', () => {
  const Device = fc.record({ path: fc.constantFrom('1-1', '1-2', '1-3'), address: fc.nat(3) });
  const Scan = fc
    .uniqueArray(Device, { selector: ({ path }) => path })
    .map((devices) => see(...devices.map(({ path, address }) => device(path, address))));
  const Event: fc.Arbitrary<WizardEvent> = fc.oneof(
    Scan,
    fc.constant<WizardEvent>({ on: 'skip' }),
    fc.constant<WizardEvent>({ on: 'back' }),
  );
  fc.assert(
    fc.property(fc.array(Event, { maxLength: 40 }), (events) => {
      const labels = ['A', 'B', 'C', 'D'];
      const { at, found: ports } = after(labels, ...events);
      expect(new Set(ports.values()).size).toBe(ports.size);
      expect([...ports.keys()].every((label) => labels.indexOf(label) < at)).toBe(true);
      expect(at).toBeLessThanOrEqual(labels.length);
    }),
  );
});
