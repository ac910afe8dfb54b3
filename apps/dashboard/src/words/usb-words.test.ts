import type { UsbCapacity } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { capacityWords, findingWords, speedWords, translatorWords } from './usb-words.ts';

test('hubs are told by speed and by how they serve slower boards', () => {
  expect(speedWords({ speed: 'high' })).toBe('480 Mbit/s');
  expect(translatorWords({ translators: 'single' })).toContain('single TT');
  expect(translatorWords({ translators: 'multi' })).toContain('multi TT');
});

test('a capacity says what is used, of about how much, and what still fits', () => {
  const capacity: UsbCapacity = {
    controller: 'xhci',
    devices: 12,
    endpoints: 20,
    devicesLimit: { max: 32, source: 'xhci-observed' },
    endpointsLimit: { max: 64, source: 'xhci-observed' },
    roomFor: { dfu: 20, cdc: 1 },
  };
  expect(capacityWords(capacity)).toBe(
    '12 of about 32 devices, 20 of about 64 endpoints in use. Room for about 20 more boards in the bootloader, or 1 with a serial port.',
  );
  expect(capacityWords({ ...capacity, endpointsLimit: null })).not.toContain('endpoints');
});

test('every finding names what it is about', () => {
  expect(findingWords({ kind: 'shared-translator', hub: '1-2', devices: 7 })).toContain('hub 1-2');
  expect(findingWords({ kind: 'deep-hub', hub: '1-2.1', depth: 5 })).toContain('no hub works behind it');
  expect(findingWords({ kind: 'deep-hub', hub: '1-2.1', depth: 6 })).toContain('does not work');
  expect(findingWords({ kind: 'full-controller', controller: 'xhci' })).toContain('xhci');
});
