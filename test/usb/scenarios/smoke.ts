/** The machine is what the other scenarios take it for. Oracle: the kernel's own files. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { openUsbBus } from '@flashline/usb';
import { myTurn } from '../rig/turn.ts';

await myTurn();

assert.match(process.version, /^v24\./);
assert.ok(existsSync('/sys/devices/platform/vhci_hcd.0/attach'), 'vhci_hcd is not loaded');
execFileSync('udevadm', ['control', '--ping', '--timeout=10']);

const rootHubs = readdirSync('/sys/bus/usb/devices').filter((name) => /^usb\d+$/.test(name));
assert.equal(rootHubs.length, 16, 'eight controllers, each with a bus of high speed and one of super speed');

const bus = await openUsbBus();
assert.equal(bus.trouble, null);
assert.deepEqual(await bus.list(), []);
await bus.close();
