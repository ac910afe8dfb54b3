import fc from 'fast-check';
import { expect, test } from 'vitest';
import { macDeviceAt, macPathOf } from './listed-ports.ts';

test.each([
  ['14200000', '20-2'],
  ['0x14230000', '20-2.3'],
  ['01100000', '1-1'],
  ['fe1234ab', '254-1.2.3.4.10.11'],
  ['00100000', '0-1'],
])('the location %s on a Mac is the port %s', (locationId, path) => {
  expect(macPathOf(locationId)).toBe(path);
});

test.each(['', '14000000', '1420000', '142000000', '14203000', 'Port_#0003.Hub_#0001', '0x142000', '1420000g'])(
  'the location %j is no port',
  (locationId) => expect(macPathOf(locationId)).toBeNull(),
);

test('of any text a location is a port path or none', () => {
  const anyText = fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f]{8}$/));
  fc.assert(
    fc.property(anyText, (text) => {
      expect(macPathOf(text) ?? '1-1').toMatch(/^\d{1,3}-\d{1,2}(\.\d{1,2}){0,5}$/);
    }),
  );
});

test('the device on a port of a Mac is the one that does not wait for a carrier', () => {
  const listed = [
    { path: '/dev/tty.Bluetooth', locationId: undefined },
    { path: '/dev/tty.usbmodem0x80000001', locationId: '14230000' },
    { path: '/dev/tty.usbmodem0x80000002', locationId: '14200000' },
  ];
  expect(macDeviceAt('20-2', listed)).toBe('/dev/cu.usbmodem0x80000002');
  expect(macDeviceAt('20-3', listed)).toBeNull();
});
