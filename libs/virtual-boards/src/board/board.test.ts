import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { PartSpec } from '../chip/part.ts';
import { F072, F303, F405, F405_LYING, L072, PARTS } from '../chip/parts.ts';
import { REQUEST } from '../rom/dfu-words.ts';
import {
  command,
  flashByHand,
  getStatus,
  type Hand,
  imageOf,
  leaveByHand,
  type Mistake,
  operate,
  readBlocks,
} from '../testing/hand-host.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { VirtualBoard } from './board.ts';
import { type BoardSpec, parseBoardSpec } from './board-spec.ts';
import { type Misbehaviour, misbehave } from './misbehaviour.ts';

const FLASH = 0x0800_0000;
const NOTHING = new Uint8Array(0);

function boardWith(spec: BoardSpec = {}, part: PartSpec = F405, clock = new VirtualClock(), speed = 1) {
  const board = new VirtualBoard(part, parseBoardSpec(spec), { clock, speed });
  return {
    board,
    clock,
    hand: (mistake?: Mistake): Hand => ({ port: board.open(), clock, ...(mistake && { mistake }) }),
  };
}

/** The addresses of the flash sectors under the first `length` bytes. */
function sectorsUnder(board: VirtualBoard, length: number): number[] {
  return board.memory.sectors
    .filter(({ address, erasable }) => erasable && address < FLASH + length)
    .map(({ address }) => address);
}

/** Flashes, reads back and leaves; throws at whatever a careful host would notice. */
async function makeBoard(board: VirtualBoard, hand: Hand, image: Uint8Array): Promise<void> {
  const readBack = await flashByHand(hand, sectorsUnder(board, image.length), FLASH, image);
  if (Buffer.compare(readBack, image) !== 0) throw new Error('read-back differs');
  await leaveByHand(hand, FLASH);
}

/** Waits until the board is back on the bus, whatever it is then. */
async function returned(board: VirtualBoard): Promise<void> {
  while (board.presence === 'away') await new Promise<void>((resolve) => (board.onPresence = resolve));
}

describe('a careful host', () => {
  for (const part of PARTS)
    test(`flashes a used ${part.name} and starts it`, async () => {
      const { board, hand } = boardWith({ contents: 'used' }, part);
      const image = imageOf(20_001);
      await makeBoard(board, hand(), image);
      expect(board.presence).toBe('away');
      await returned(board);
      expect(board.identity()).toMatchObject({ vendorId: 0x0483, productId: 0x5740, mode: 'application' });
      expect(board.memory.read(FLASH, image.length)).toEqual(image);
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

describe('time', () => {
  /** What a flash of `length` bytes by hand costs, added up by hand. */
  function handSumMs(part: PartSpec, sectorMs: readonly number[], length: number): number {
    const { wireMsPerTransfer, wireMsPerByte, setAddressMs, programMsPerByte } = part.timing;
    const blocks = Math.ceil(length / part.functional.transferSize);
    const status = wireMsPerTransfer + 6 * wireMsPerByte;
    const commandMs = wireMsPerTransfer + 5 * wireMsPerByte + 2 * status;
    const erase = sectorMs.reduce((sum, ms) => sum + ms + commandMs, 0);
    const write = blocks * (wireMsPerTransfer + 2 * status) + length * (wireMsPerByte + programMsPerByte);
    const read = blocks * wireMsPerTransfer + length * wireMsPerByte;
    return erase + commandMs + setAddressMs + write + wireMsPerTransfer + read;
  }

  test('of a whole flash is the sum of its parts, to the microsecond', async () => {
    const { board, clock, hand } = boardWith();
    const length = 256 * 1024;
    const sectors = sectorsUnder(board, length);
    await flashByHand(hand(), sectors, FLASH, imageOf(length));
    const sumMs = handSumMs(F405, [250, 250, 250, 250, 550, 1000], length);
    expect(clock.now()).toBeCloseTo(sumMs, 3);
    expect(sumMs).toBeGreaterThan(4080);
    expect(sumMs).toBeLessThan(4140);
    expect(board.report().transfers).toBe(6 * 3 + 3 + 128 * 3 + 1 + 128);
  });

  test('counts a poll that lies when the host believes it', async () => {
    const { clock, hand } = boardWith({}, F405_LYING);
    await flashByHand(hand(), [FLASH], FLASH, imageOf(2048));
    expect(clock.now()).toBeGreaterThan(250 + 2 * 104 - 4);
  });

  test('goes on while the host is away for long', async () => {
    const { clock, hand } = boardWith();
    const { port } = hand();
    await getStatus({ port });
    await clock.sleep(1000);
    const askedAt = clock.now();
    await getStatus({ port });
    // The reply took the wire's time from when it was asked, less the slack a late host is given.
    expect(clock.now()).toBeGreaterThanOrEqual(askedAt);
    expect(clock.now()).toBeLessThan(askedAt + 1);
  });

  test('is scaled by speed, with the polls that are reported', async () => {
    const { clock, hand } = boardWith({}, F405_LYING, new VirtualClock(), 0.1);
    const { port } = hand();
    await port.controlOut(REQUEST.download, 0, command(0x21, FLASH), 5000);
    expect((await getStatus({ port })).pollTimeoutMs).toBe(11);
    await getStatus({ port });
    await operate({ port, clock }, 0, command(0x41, FLASH));
    expect(clock.now()).toBeGreaterThan(24);
    expect(clock.now()).toBeLessThan(27);
  });

  test('does not pass at speed 0', async () => {
    const { board, clock, hand } = boardWith({ contents: 'used' }, F303, new VirtualClock(), 0);
    await makeBoard(board, hand(), imageOf(20_000));
    await returned(board);
    expect(board.presence).toBe('application');
    expect(clock.now()).toBe(0);
    expect(board.report().sins).toEqual([]);
  });

  test('of an operation that outlasts the timeout is a timeout, and the operation goes on', async () => {
    const { clock, hand } = boardWith({ contents: 'used' });
    const { port } = hand();
    await port.controlOut(REQUEST.download, 0, Uint8Array.of(0x41), 5000);
    await getStatus({ port });
    const askedAt = clock.now();
    await expect(getStatus({ port })).rejects.toMatchObject({ trouble: 'timeout' });
    expect(clock.now() - askedAt).toBeCloseTo(5000, 6);
    await clock.sleep(12_000);
    expect(await getStatus({ port })).toMatchObject({ state: 'dfuDNLOAD-IDLE' });
  });
});

describe('leaving', () => {
  async function leave(board: VirtualBoard, hand: Hand): Promise<void> {
    await operate(hand, 0, command(0x21, FLASH));
    await hand.port.controlOut(REQUEST.download, 0, NOTHING, 5000);
    await getStatus(hand);
    expect(board.presence).toBe('away');
    await expect(getStatus(hand)).rejects.toMatchObject({ trouble: 'gone' });
    await returned(board);
  }

  test('a blank board comes back in its bootloader, with its state machine and pointer reset', async () => {
    const { board, hand } = boardWith();
    const host = hand();
    await leave(board, host);
    expect(board.presence).toBe('dfu');
    await expect(getStatus(host), 'the old port stays dead').rejects.toMatchObject({ trouble: 'gone' });
    expect(await getStatus(hand())).toMatchObject({ status: 'OK', state: 'dfuIDLE' });
  });

  for (const [what, image] of [
    ['a stack outside RAM', imageOf(64, FLASH, 0x3000_0000)],
    ['a reset handler outside flash', imageOf(64, 0x2000_0000)],
  ] as const)
    test(`${what} is no firmware`, async () => {
      const { board, hand } = boardWith();
      await makeBoard(board, hand(), image);
      await returned(board);
      expect(board.presence).toBe('dfu');
    });

  test('a stack in the core-coupled memory is firmware, as Betaflight has it', async () => {
    const { board, hand } = boardWith();
    await makeBoard(board, hand(), imageOf(64, FLASH, 0x1000_fff0));
    await returned(board);
    expect(board.presence).toBe('application');
  });

  test('takes the time of an enumeration', async () => {
    const { board, clock, hand } = boardWith({ contents: 'used' });
    const host = hand();
    const left = leave(board, host);
    await left;
    expect(clock.now()).toBeGreaterThan(F405.timing.returnMs);
    expect(board.presence).toBe('application');
  });
});

describe('misbehaviour', () => {
  const image = imageOf(6000);
  const make = (board: VirtualBoard, host: Hand) => makeBoard(board, host, image);

  test('unplugged at any of its transfers, a board answers `gone` and no host gets through', async () => {
    const whole = boardWith();
    await make(whole.board, whole.hand());
    const { transfers } = whole.board.report();
    expect(transfers).toBeGreaterThan(20);
    for (let at = 1; at <= transfers; at++) {
      const { board, hand } = boardWith({ misbehaviours: [{ kind: 'unplug', at }] });
      await expect(make(board, hand()), `${at}`).rejects.toMatchObject({ trouble: 'gone' });
      expect(board.presence).toBe('pulled');
      expect(board.report().transfers).toBe(at);
    }
  });

  test('a pull in the middle of a transfer ends it at once', async () => {
    const { board, clock, hand } = boardWith();
    const { port } = hand();
    await port.controlOut(REQUEST.download, 0, Uint8Array.of(0x41), 5000);
    await getStatus({ port });
    const waiting = port.controlIn(REQUEST.getStatus, 0, 6, 60_000);
    const pulledAt = clock.now();
    board.pull();
    await expect(waiting).rejects.toMatchObject({ trouble: 'gone' });
    expect(clock.now()).toBe(pulledAt);
  });

  test('a stall at one transfer of data is an error of the state machine, at a GETSTATUS it is not', async () => {
    const atData = boardWith({ misbehaviours: [{ kind: 'stall', at: 1 }] }).hand();
    await expect(operate(atData, 2, Uint8Array.of(1))).rejects.toMatchObject({ trouble: 'stall' });
    expect(await getStatus(atData)).toMatchObject({ status: 'errSTALLEDPKT', state: 'dfuERROR' });
    const atStatus = boardWith({ misbehaviours: [{ kind: 'stall', at: 1 }] }).hand();
    await expect(getStatus(atStatus)).rejects.toMatchObject({ trouble: 'stall' });
    expect(await getStatus(atStatus)).toMatchObject({ status: 'OK', state: 'dfuIDLE' });
  });

  test('a hang answers nothing from then on and costs the whole timeout each time', async () => {
    const { clock, hand } = boardWith({ misbehaviours: [{ kind: 'hang', at: 2 }] });
    const { port } = hand();
    await getStatus({ port });
    const hungAt = clock.now();
    for (const timeoutMs of [700, 300])
      await expect(port.controlIn(REQUEST.getStatus, 0, 6, timeoutMs)).rejects.toMatchObject({ trouble: 'timeout' });
    expect(clock.now() - hungAt).toBeCloseTo(1000, 6);
  });

  test('a hang is scaled by speed, as everything else is', async () => {
    const { clock, hand } = boardWith({ misbehaviours: [{ kind: 'hang', at: 1 }] }, F405, new VirtualClock(), 0.1);
    await expect(getStatus(hand())).rejects.toMatchObject({ trouble: 'timeout' });
    expect(clock.now()).toBeCloseTo(500, 6);
  });

  test('a board that is pulled while it is away stays pulled', async () => {
    const { board, clock, hand } = boardWith({ contents: 'used' });
    const { port } = hand();
    await port.controlOut(REQUEST.download, 0, NOTHING, 500);
    await getStatus({ port });
    expect(board.presence).toBe('away');
    board.pull();
    await clock.sleep(10 * F405.timing.returnMs);
    expect(board.presence).toBe('pulled');
    expect(board.identity()).toBeNull();
  });

  for (const effect of [true, false])
    test(`a timeout ${effect ? 'after' : 'without'} the effect happens once`, async () => {
      const { board, clock, hand } = boardWith({ misbehaviours: [{ kind: 'timeout', at: 4, effect }] });
      const host = hand();
      await operate(host, 0, command(0x21, FLASH + 0x4000));
      const data = Uint8Array.of(1, 2, 3, 4);
      await expect(host.port.controlOut(REQUEST.download, 2, data, 500)).rejects.toMatchObject({ trouble: 'timeout' });
      expect(clock.now()).toBeGreaterThan(500);
      expect(await getStatus(host)).toMatchObject({ state: effect ? 'dfuDNBUSY' : 'dfuDNLOAD-IDLE' });
      expect(board.memory.read(FLASH + 0x4000, 1)[0]).toBe(effect ? 1 : 0xff);
    });

  test('a leave that is carried out unheard still takes the board off the bus', async () => {
    const { board, hand } = boardWith({ contents: 'used', misbehaviours: [{ kind: 'timeout', at: 2, effect: true }] });
    const { port } = hand();
    await port.controlOut(REQUEST.download, 0, NOTHING, 500);
    await expect(port.controlIn(REQUEST.getStatus, 0, 6, 500)).rejects.toMatchObject({ trouble: 'timeout' });
    await returned(board);
    expect(board.presence).toBe('application');
  });

  test('a flipped bit is wrong on the wire, every time, and right in the flash', async () => {
    const { board, hand } = boardWith({ misbehaviours: [{ kind: 'bit-flip', address: FLASH + 4321, bit: 5 }] });
    const host = hand();
    await expect(make(board, host)).rejects.toThrow('read-back differs');
    await host.port.controlOut(REQUEST.abort, 0, NOTHING, 500);
    const again = await readBlocks(host, image.length);
    const wrong = [...again.entries()].filter(([n, byte]) => byte !== image[n]);
    expect(wrong).toEqual([[4321, (image[4321] ?? 0) ^ 0x20]]);
    expect(board.memory.read(FLASH, image.length)).toEqual(image);
  });

  test.each<Misbehaviour>([
    { kind: 'silent-write-loss', address: FLASH + 3000, length: 64 },
    { kind: 'silent-erase-failure', address: FLASH + 3000, length: 1 },
  ])('$kind is acknowledged, and only the read-back tells', async (misbehaviour) => {
    const { board, hand } = boardWith({ contents: 'used', misbehaviours: [misbehaviour] });
    await expect(make(board, hand())).rejects.toThrow('read-back differs');
  });

  test('a read-protected board refuses to be erased', async () => {
    const { board, hand } = boardWith({ misbehaviours: [{ kind: 'read-protected' }] });
    await expect(make(board, hand())).rejects.toThrow('dfuERROR errVENDOR');
  });

  test('read-unprotect frees it: it is back in its bootloader, blank', async () => {
    const { board, clock, hand } = boardWith({ contents: 'used', misbehaviours: [{ kind: 'read-protected' }] });
    const { port } = hand();
    await port.controlOut(REQUEST.download, 0, Uint8Array.of(0x92), 500);
    await getStatus({ port });
    await expect(getStatus({ port })).rejects.toMatchObject({ trouble: 'gone' });
    await returned(board);
    expect(clock.now()).toBeGreaterThan(16_000);
    await make(board, hand());
  });

  test('equal serials are equal, others are not', () => {
    const serial = (spec: BoardSpec, part = F405) => boardWith(spec, part).board.identity()?.usbSerial;
    expect(serial({ seed: 1 })).toMatch(/^[0-9A-F]{12}$/);
    expect(serial({ seed: 1 })).not.toBe(serial({ seed: 2 }));
    expect(serial({ seed: 1 }, F072)).toBe(serial({ seed: 2 }, F072));
    expect(serial({ usbSerial: 'X' })).toBe('X');
    expect(serial({ misbehaviours: [{ kind: 'equal-serial', usbSerial: 'STM32FxSTM32' }] })).toBe('STM32FxSTM32');
  });

  test('a board that refuses to leave comes back in its bootloader with the right bytes', async () => {
    const { board, hand } = boardWith({ misbehaviours: [{ kind: 'refuses-to-leave' }] });
    await make(board, hand());
    await returned(board);
    expect(board.presence).toBe('dfu');
    expect(board.memory.read(FLASH, image.length)).toEqual(image);
  });

  test('a slow board takes longer and is otherwise sound', async () => {
    const { board, clock, hand } = boardWith({ misbehaviours: [{ kind: 'slow', factor: 10 }] });
    await operate(hand(), 0, command(0x41, FLASH));
    expect(clock.now()).toBeGreaterThan(2500);
    expect(board.report().sins).toEqual([]);
  });

  test('the faults of a shift are repeatable, of many kinds, and every one keeps a board from being made', async () => {
    const kinds = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const fault = misbehave(seed, { address: 0x0800_0000, bytes: 8192 });
      expect(misbehave(seed, { address: 0x0800_0000, bytes: 8192 })).toEqual(fault);
      kinds.add(fault.kind);
      const { board, hand } = boardWith({ contents: 'used', misbehaviours: [fault] });
      const made = await makeBoard(board, hand(), imageOf(32_768)).then(
        () => true,
        () => false,
      );
      await returned(board);
      expect(made && board.presence === 'application', `seed ${seed}: ${JSON.stringify(fault)}`).toBe(false);
    }
    expect(kinds.size).toBeGreaterThanOrEqual(5);
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
