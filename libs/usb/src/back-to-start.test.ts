import type { DfuPort } from '@flashline/dfuse';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SILENT_HOST } from './discovery/host.ts';
import { LIBUSB_FAILURES, type LibusbFailure } from './errors/libusb-error.ts';
import { libusbError, type Reply } from './testing/fake-transfer.ts';
import { type FakeDevice, FakeUsb } from './testing/fake-usb.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { openUsbBus, type UsbBus } from './usb-bus.ts';

const DNLOAD = 1;
const UPLOAD = 2;
const GETSTATUS = 3;

const failure = fc.constantFrom(...(Object.keys(LIBUSB_FAILURES) as LibusbFailure[]));
const call = fc.constantFrom('open', 'detach', 'claim 0', 'set 0 0', 'release 0');

/** One board, plugged in, worked on and pulled, and what goes wrong with it. */
const seating = fc.record({
  failedCalls: fc.array(fc.tuple(call, failure), { maxLength: 2 }),
  failedTransfers: fc.dictionary(fc.nat(12).map(String), fc.oneof(failure, fc.constant('silent' as const)), {
    maxKeys: 2,
  }),
  pulledAt: fc.option(fc.nat(12), { nil: null }),
  blocks: fc.nat(4),
  isClosedTwice: fc.boolean(),
});
type Seating = typeof seating extends fc.Arbitrary<infer T> ? T : never;

async function work(bus: UsbBus, { blocks, isClosedTwice }: Seating): Promise<void> {
  await bus.list();
  const port = await bus.open('1-1');
  try {
    for (let block = 0; block < blocks; block++) await programmed(port, block);
  } finally {
    await port.close();
    if (isClosedTwice) await port.close();
  }
}

async function programmed(port: DfuPort, block: number): Promise<void> {
  await port.controlOut(DNLOAD, 2 + block, new Uint8Array(64), 100);
  await port.controlIn(GETSTATUS, 0, 6, 100);
  await port.controlIn(UPLOAD, 2 + block, 64, 100);
}

function goesWrong(usb: FakeUsb, board: FakeDevice, { failedCalls, failedTransfers, pulledAt }: Seating): void {
  for (const [name, errno] of failedCalls) board.failures.set(name, [libusbError(errno)]);
  let transfers = 0;
  board.answer = (): Reply | undefined => {
    if (transfers === pulledAt) usb.unplug(board);
    const wrong = failedTransfers[String(transfers++)];
    return wrong === undefined || wrong === 'silent' ? wrong : libusbError(wrong);
  };
}

test('whatever goes wrong, handles, claims, transfers, timers and listeners are back at none', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(seating, { minLength: 1, maxLength: 10 }), async (seatings) => {
      const usb = new FakeUsb();
      const clock = new ManualClock();
      const bus = await openUsbBus({ binding: usb, host: SILENT_HOST, clock });
      bus.watch(() => {});
      for (const [n, each] of seatings.entries()) {
        const board = usb.plug([1], n + 2);
        goesWrong(usb, board, each);
        await clock.until(work(bus, each)).catch(() => {});
        expect([board.isOpen, board.claims.size, board.pending.size, clock.sleepers]).toEqual([false, 0, 0, 0]);
        usb.unplug(board);
      }
      await bus.close();
      expect(usb.listenerCount('attach') + usb.listenerCount('detach')).toBe(0);
    }),
    { numRuns: 300 },
  );
});
