import { type DfuBus, type FlashRequest, runAttempt, systemClock } from '@flashline/dfuse';
import { afterEach, describe, expect, test } from 'vitest';
import { imageOf } from '../testing/hand-host.ts';
import { UsbipHost } from './testing/usbip-host.ts';
import { UsbipPort } from './testing/usbip-port.ts';
import { endRigs, type UsbipRig, usbipRig } from './testing/usbip-rig.ts';

afterEach(endRigs);

const FLASH = 0x0800_0000;
const IMAGE = imageOf(70_000);
const BOARD = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: null, layout: null };

/** The bus of a host that opens boards over USB/IP. What is on it is looked up on the bench, as sysfs would tell it. */
function busOf({ bench, address }: UsbipRig): DfuBus {
  return {
    list: () => bench.list(),
    watch: (onHint) => bench.watch(onHint),
    open: (path) => UsbipPort.open(address, path),
    close: () => Promise.resolve(),
  };
}

function attempt(rig: UsbipRig) {
  const ranges = [{ address: FLASH, data: IMAGE }];
  const image: FlashRequest['image'] = {
    format: 'bin',
    targets: [{ alternate: 0, name: null, ranges }],
    device: null,
    warnings: [],
  };
  const context = { clock: systemClock(), signal: new AbortController().signal, onProgress: () => {} };
  return runAttempt(busOf(rig), '1-1', { image, board: BOARD, leave: true }, context);
}

describe('an attempt over USB/IP', () => {
  test.each(['F405', 'F303', 'G474', 'L072'])(
    'on a used %s programs it, proves it, and sees it leave',
    async (part) => {
      const rig = await usbipRig({ '1-1': { part, contents: 'used' } });
      const report = await attempt(rig);
      expect(report).toMatchObject({ outcome: 'pass', fault: null });
      const { sha256, bytes } = rig.bench.inspect('1-1', { address: FLASH, length: IMAGE.length, withBytes: true });
      expect(sha256).toBe(report.readback?.sha256);
      expect(Buffer.compare(bytes ?? new Uint8Array(0), IMAGE)).toBe(0);
      expect(rig.bench.report('1-1').sins).toEqual([]);
      expect(rig.bench.report('1-1').transfers).toBe(report.transfers);
      await rig.becomes('1-1', 'application');
      const running = await UsbipHost.attach(rig.address, '1-1');
      expect((await running.descriptor(1, 0))?.readUInt16LE(10)).toBe(0x5740);
    },
  );

  test('on a board that is pulled in the middle ends with it gone, at whatever transfer that is', async () => {
    for (const at of [1, 2, 9, 25, 60]) {
      const rig = await usbipRig({ '1-1': { contents: 'used', misbehaviours: [{ kind: 'unplug', at }] } });
      expect(await attempt(rig), `${at}`).toMatchObject({ fault: 'BOARD_GONE' });
    }
  });

  test('on a board that stalls once is not stopped by it', async () => {
    const rig = await usbipRig({ '1-1': { misbehaviours: [{ kind: 'stall', at: 20 }] } });
    expect((await attempt(rig)).outcome).toBe('pass');
  });
});
