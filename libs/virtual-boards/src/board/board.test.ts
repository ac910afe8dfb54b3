import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { F303 } from '../chip/parts/f0-f1-f3.ts';
import { L072 } from '../chip/parts/low-power.ts';
import { PARTS } from '../chip/parts.ts';
import { REQUEST } from '../rom/dfu-words.ts';
import { boardWith, FLASH, firmwareAddress, makeBoard, NOTHING, returned } from '../testing/board-rig.ts';
import { command, flashByHand, getStatus, imageOf, leaveByHand, type Mistake, operate } from '../testing/hand-host.ts';

describe('a careful host', () => {
  // Nothing but a read-unprotect makes a firmware stay on the U5 that is protected.
  for (const part of PARTS.filter(({ name }) => name !== 'U5-rdp1'))
    test(`flashes a used ${part.name} and starts it`, async () => {
      const { board, hand } = boardWith({ contents: 'used' }, part);
      const start = firmwareAddress(board);
      const image = imageOf(20_001, start);
      await makeBoard(board, hand(), image);
      expect(board.presence).toBe('away');
      await returned(board);
      expect(board.identity()).toEqual({ ...part.application, mode: 'application' });
      expect(board.memory.read(start, image.length)).toEqual(image);
      expect(board.report().sins).toEqual([]);
    });

  test('leaves the sectors it did not name as they were', async () => {
    const { board, hand } = boardWith({ contents: 'used' });
    const before = board.memory.digest(FLASH + 0x8000, 0x8000);
    await makeBoard(board, hand(), imageOf(20_000));
    expect(board.memory.digest(FLASH + 0x8000, 0x8000)).toBe(before);
  });
});

describe('a mistake of the host shows:', () => {
  const sins: Record<Mistake, string[]> = {
    'no-erase': ['wrote-over'],
    'data-from-block-1': ['reserved-block'],
    'no-abort-before-upload': ['upload-in-wrong-state'],
    'no-status-after-data': ['download-in-wrong-state'],
    'one-status-after-data': ['download-in-wrong-state'],
    'no-address': [],
    'big-endian-address': ['outside-map'],
    'clear-status-first': ['clear-outside-error'],
    'no-address-before-leave': [],
  };
  // Two sectors into the flash, so that the default of the pointer does not hide a missing address.
  const address = FLASH + 0x8000;
  for (const [mistake, expected] of Object.entries(sins) as [Mistake, string[]][])
    test(mistake, async () => {
      const { board, hand } = boardWith({ contents: 'used' });
      const image = imageOf(5000);
      const host = hand(mistake);
      const attempt = async () => {
        const readBack = await flashByHand(host, [address], address, image);
        await leaveByHand(host, address);
        return readBack;
      };
      const readBack = await attempt().catch(() => null);
      await returned(board);
      const isGood = Buffer.compare(board.memory.read(address, image.length), image) === 0;
      expect(readBack !== null && isGood && board.presence === 'application').toBe(
        mistake === 'no-address-before-leave',
      );
      const seen = new Set(board.report().sins.map(({ sin }) => sin));
      for (const sin of expected) expect(seen).toContain(sin);
    });

  test('asking too early, on a part that cannot answer then', async () => {
    const { board, hand } = boardWith({}, F303);
    const { port } = hand();
    await port.controlOut(REQUEST.download, 0, command(0x41, FLASH), 5000);
    await getStatus({ port });
    await expect(getStatus({ port })).rejects.toMatchObject({ trouble: 'stall' });
    expect(board.report().sins).toMatchObject([{ sin: 'asked-too-early', transfer: 3 }]);
  });

  test('two requests at once', async () => {
    const { board, hand } = boardWith();
    const { port } = hand();
    await Promise.all([getStatus({ port }), getStatus({ port })]);
    expect(board.report().sins).toMatchObject([{ sin: 'two-at-once' }]);
  });
});

describe('opening', () => {
  test('twice is USB_BUSY, after closing it is not', async () => {
    const { board } = boardWith();
    const port = board.open();
    expect(() => board.open()).toThrow(expect.objectContaining({ code: 'USB_BUSY' }));
    await port.close();
    await expect(getStatus({ port })).rejects.toMatchObject({ trouble: 'gone' });
    expect(await getStatus({ port: board.open() })).toMatchObject({ state: 'dfuIDLE' });
  });

  test('keeps the state that the host before left behind', async () => {
    const { board, hand } = boardWith();
    const host = hand();
    await host.port.controlOut(REQUEST.download, 0, command(0x21, FLASH), 500);
    await host.port.close();
    expect(await getStatus(hand())).toMatchObject({ state: 'dfuDNBUSY' });
    expect(board.report().transfers).toBe(2);
  });

  test('selects the first alternate setting, whatever the host before had selected', async () => {
    const { board, hand } = boardWith();
    const { port } = hand();
    await port.selectAlternate(1);
    await port.close();
    await operate(hand(), 0, command(0x21, FLASH));
    expect(board.report().sins).toEqual([]);
  });

  test('a board that runs its firmware is BOARD_GONE', () => {
    const { board } = boardWith({ mode: 'application' });
    expect(board.identity()).toMatchObject({ mode: 'application', productId: 0x5740 });
    expect(() => board.open()).toThrow(expect.objectContaining({ code: 'BOARD_GONE' }));
  });

  test('the device tells its descriptors; an alternate it does not have stalls', async () => {
    const { board } = boardWith({}, L072);
    const port = board.open();
    expect(port.device).toMatchObject({
      vendorId: 0x0483,
      productId: 0xdf11,
      functional: { attributes: 0x0b, transferSize: 2048, bcdDfu: 0x011a },
      alternates: [{ alternate: 0, name: '@Internal Flash  /0x08000000/1536*128g' }, { alternate: 1 }],
    });
    await port.selectAlternate(1);
    await expect(port.selectAlternate(2)).rejects.toMatchObject({ trouble: 'stall' });
  });
});

const BETAFLIGHT = new URL('../../../../../shared/firmware/betaflight-3.5.2-stm32f405.bin', import.meta.url);
let betaflight: Buffer | null = null;
try {
  betaflight = readFileSync(BETAFLIGHT);
} catch {
  betaflight = null;
}

test.skipIf(betaflight === null)('a real firmware starts (needs ../shared/firmware)', async () => {
  const { board, hand } = boardWith();
  await makeBoard(board, hand(), betaflight ?? NOTHING);
  await returned(board);
  expect(board.presence).toBe('application');
});
