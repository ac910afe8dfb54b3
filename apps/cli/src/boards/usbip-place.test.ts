import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { usbipGuide, usbipPlace } from './usbip-place.ts';

test('a place is an address and a port', () => {
  expect(usbipPlace('127.0.0.1:3240')).toEqual({ host: '127.0.0.1', port: 3240 });
  expect(usbipPlace('bench-2.local:0')).toEqual({ host: 'bench-2.local', port: 0 });
});

test.each(['', '3240', '127.0.0.1', '127.0.0.1:', ':3240', '127.0.0.1:65536', '127.0.0.1:-1', 'a b:1', '::1:3240'])(
  '%j is no place',
  (text) => expect(() => usbipPlace(text)).toThrow(InvalidArgumentError),
);

test('the guide has the commands to type', () => {
  expect(usbipGuide('127.0.0.1:3240', '1-1.1').split('\n').slice(1, 4)).toEqual([
    '  sudo modprobe vhci-hcd',
    '  usbip list --remote 127.0.0.1',
    '  sudo usbip attach --remote 127.0.0.1 --busid 1-1.1',
  ]);
});

test('the guide names another port, and another computer instead of all of its addresses', () => {
  const guide = usbipGuide('0.0.0.0:4000', '1-2.8');
  expect(guide).toMatch(/usbip --tcp-port 4000 list --remote (?!0\.0\.0\.0)\S+\n/);
});
