import { describe, expect, test } from 'vitest';
import type { PartSpec } from '../chip/part.ts';
import { AT32F415, GD32VF103_0100, GD32VF103_1000 } from '../chip/parts/clones.ts';
import { F072, F105 } from '../chip/parts/f0-f1-f3.ts';
import { F405_LYING, F427, F745_LYING, F767_DUAL_BANK } from '../chip/parts/f4-f7.ts';
import { H743, H743_REV_V } from '../chip/parts/h7.ts';
import { L152 } from '../chip/parts/low-power.ts';
import { U5_RDP1 } from '../chip/parts/second-generation.ts';
import { PARTS } from '../chip/parts.ts';
import { REQUEST } from '../rom/dfu-words.ts';
import { boardWith, FLASH, makeBoard, NOTHING, returned, sectorsUnder } from '../testing/board-rig.ts';
import { command, flashByHand, getStatus, imageOf, operate, readBlocks } from '../testing/hand-host.ts';

const named = (name: string): PartSpec => PARTS.find((part) => part.name === name) ?? F105;

describe('what the descriptors of a part say', () => {
  test.each([
    ['F405', { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200 }, 2048],
    ['F767-dual-bank', { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200 }, 2048],
    ['L476', { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200 }, 2048],
    ['G474', { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x0200 }, 1024],
    ['H743', { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x0200 }, 1024],
    ['C5', { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x0200 }, 1024],
    ['AT32F437', { vendorId: 0x2e3c, productId: 0xdf11, bcdDevice: 0x0200 }, 2048],
    ['GD32VF103-1000', { vendorId: 0x28e9, productId: 0x0189, bcdDevice: 0x1000 }, 2048],
    ['GD32VF103-0100', { vendorId: 0x28e9, productId: 0x0189, bcdDevice: 0x0100 }, 2048],
    ['APM32', { vendorId: 0x314b, productId: 0x0106, bcdDevice: 0x0200 }, 2048],
  ])('%s', (name, ids, transferSize) => {
    const { board } = boardWith({}, named(name));
    expect(board.open().device).toMatchObject({ ...ids, functional: { transferSize } });
  });

  test.each([
    ['F072', 'FFFFFFFEFFFF'],
    ['F105', 'STM32'],
    ['H743', '200364500000'],
    ['AT32F415', 'AT32'],
    ['GD32VF103-0100', '3CBJ'],
  ])('%s reports the serial %s on every chip', (name, usbSerial) => {
    for (const seed of [1, 2]) expect(boardWith({ seed }, named(name)).board.identity()).toMatchObject({ usbSerial });
  });

  test('a C5 has one alternate setting, a G0C1 three of the same name', () => {
    expect(named('C5').alternates).toHaveLength(1);
    expect(new Set(named('G0C1').alternates.map(({ name }) => name)).size).toBe(1);
    expect(named('G0C1').alternates).toHaveLength(3);
  });
});

describe('asking during an erase', () => {
  const habits = {
    holds: [
      'F105',
      'F405',
      'F405-lying-polls',
      'F427',
      'F745-lying-polls',
      'F767-dual-bank',
      'U5-rdp1',
      'AT32F415',
      'AT32F437',
      'GD32VF103-1000',
      'GD32VF103-0100',
    ],
    stalls: ['F303', 'F072', 'L072', 'L152', 'L476', 'G474', 'G0C1', 'C5', 'WB55', 'APM32'],
    answers: ['H743', 'H743-rev-v', 'H7A3'],
  };

  test.each(PARTS)('is what the core of a $name makes of it', async (part) => {
    const { board, hand } = boardWith({}, part);
    const host = hand();
    const [sector = FLASH] = sectorsUnder(board, 1);
    await host.port.controlOut(REQUEST.download, 0, command(0x41, sector), 5000);
    await getStatus(host);
    const answer = await getStatus(host).then(
      ({ state }) => (state === 'dfuDNBUSY' ? 'answers' : 'holds'),
      () => 'stalls',
    );
    expect(habits[answer as keyof typeof habits]).toContain(part.name);
  });

  test('is sorted for every part', () => {
    const sorted = Object.values(habits).flat();
    expect(sorted.toSorted()).toEqual(PARTS.map(({ name }) => name).toSorted());
  });
});

describe('polls that a host believes', () => {
  test.each([
    [F405_LYING, 104, 104],
    [F745_LYING, 104, 104],
    [named('L476'), 1, 21],
    [GD32VF103_1000, 100, 104],
    [F072, 1, 54],
  ] as const)('are those of the part', async (part, addressMs, writeMs) => {
    const host = boardWith({}, part).hand();
    for (const [block, data, pollTimeoutMs] of [
      [0, command(0x21, FLASH), addressMs],
      [2, new Uint8Array(2048), writeMs],
    ] as const) {
      await host.port.controlOut(REQUEST.download, block, data, 5000);
      expect(await getStatus(host)).toMatchObject({ pollTimeoutMs });
      await host.clock.sleep(pollTimeoutMs);
      await getStatus(host);
    }
  });
});

describe('a host that believes the layout', () => {
  /** Erases what the layout calls sectors, writes, reads back. */
  async function flash(part: PartSpec, sectorBytes: number, image: Uint8Array): Promise<Uint8Array> {
    const host = boardWith({ contents: 'used' }, part).hand();
    const sectors = [];
    for (let offset = 0; offset < image.length; offset += sectorBytes) sectors.push(FLASH + offset);
    return flashByHand(host, sectors, FLASH, image);
  }

  test('gets old bytes between its own on an F767 with two banks', async () => {
    const image = imageOf(20_000);
    const readBack = await flash(F767_DUAL_BANK, 32 * 1024, image);
    expect(readBack.subarray(0, 16_384)).toEqual(image.subarray(0, 16_384));
    expect(readBack).not.toEqual(image);
  });

  test('is refused on a GD32VF103 of revision 1000, where half of each page was not erased', async () => {
    await expect(flash(GD32VF103_1000, 2048, imageOf(4096))).rejects.toThrow('errWRITE');
  });

  test('is right about an AT32F415 with its space and an F427 with its two banks', async () => {
    const image = imageOf(5000);
    expect(await flash(AT32F415, 1024, image)).toEqual(image);
    expect(await flash(F427, 16 * 1024, image)).toEqual(image);
  });
});

test('a GD32VF103 of revision 0100 acknowledges a flash without an erase, and holds none of it', async () => {
  const { board, hand } = boardWith({ contents: 'used' }, GD32VF103_0100);
  const before = board.memory.digest(FLASH, 8192);
  const readBack = await flashByHand(hand('no-erase'), [], FLASH, imageOf(8192));
  expect(readBack).not.toEqual(imageOf(8192));
  expect(board.memory.digest(FLASH, 8192)).toBe(before);
});

test('a U5 at level 1 acknowledges a flash and reads as erased; after a read-unprotect it takes it', async () => {
  const { board, hand } = boardWith({ contents: 'used' }, U5_RDP1);
  const image = imageOf(5000);
  const host = hand();
  const readBack = await flashByHand(host, sectorsUnder(board, image.length), FLASH, image);
  expect(readBack.every((byte) => byte === 0xff)).toBe(true);
  await host.port.controlOut(REQUEST.abort, 0, NOTHING, 500);
  await host.port.controlOut(REQUEST.download, 0, Uint8Array.of(0x92), 500);
  await getStatus(host);
  await expect(getStatus(host)).rejects.toMatchObject({ trouble: 'gone' });
  await returned(board);
  await makeBoard(board, hand(), image);
});

test('an H743 refuses a second write to a word, an H743 of revision V gets stuck in bank 2', async () => {
  const host = boardWith({}, H743).hand();
  await operate(host, 2, new Uint8Array(32).fill(0xff));
  await expect(operate(host, 2, new Uint8Array(32).fill(0xff))).rejects.toThrow('errWRITE');
  const stuck = boardWith({}, H743_REV_V).hand();
  await expect(operate(stuck, 0, command(0x41, 0x0810_0000))).rejects.toThrow('dfuDNBUSY OK instead');
});

test('the EEPROM of an L152 is written through its alternate setting, without an erase and as often as needed', async () => {
  const { hand } = boardWith({}, L152);
  const host = hand();
  await host.port.selectAlternate(2);
  await operate(host, 0, command(0x21, 0x0808_0000));
  for (const byte of [0x55, 0xaa]) await operate(host, 2, Uint8Array.of(byte));
  await host.port.controlOut(REQUEST.abort, 0, NOTHING, 500);
  expect(await readBlocks(host, 2)).toEqual(Uint8Array.of(0xaa, 0x00));
});
