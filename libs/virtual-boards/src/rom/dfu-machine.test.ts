import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentsOf } from '../chip/contents.ts';
import { FlashMemory } from '../chip/flash-memory.ts';
import type { PartSpec } from '../chip/part.ts';
import { F072, F303, F405, L072 } from '../chip/parts.ts';
import { command } from '../testing/hand-host.ts';
import { DfuMachine, type Reply } from './dfu-machine.ts';
import { DFU_STATES, DFU_STATUSES, type DfuState, REQUEST } from './dfu-words.ts';
import type { Chip } from './rom-commands.ts';
import { Sins } from './sins.ts';

const FLASH = 0x0800_0000;
const NOTHING = new Uint8Array(0);

/** The machine with a host's hands on it; each request is sent when the board is done with the one before. */
class Rig {
  readonly chip: Chip;
  readonly machine: DfuMachine;
  now = 0;

  constructor(part: PartSpec = F405, isReadProtected = false, contents: 'blank' | 'used' = 'blank') {
    const memory = new FlashMemory(part, contentsOf(part, contents, 1), { deaf: [], uneraseable: [] });
    const readOut = (address: number, length: number) => memory.read(address, length);
    this.chip = { part, memory, pointer: FLASH, isReadProtected, sins: new Sins(), readOut };
    this.machine = new DfuMachine(this.chip);
  }

  out(request: number, value = 0, data: Uint8Array = NOTHING): Reply {
    return this.send({ direction: 'out', request, value, length: data.length, data });
  }

  in(request: number, value = 0, length = 6): Reply {
    return this.send({ direction: 'in', request, value, length, data: NOTHING });
  }

  send(setup: Parameters<DfuMachine['respond']>[0]): Reply {
    const reply = this.machine.respond(setup, this.now, this.now);
    this.now = reply.at;
    return reply;
  }

  status(): [string | undefined, string | undefined, number] {
    const reply = this.in(REQUEST.getStatus);
    if (reply.kind === 'stall') return ['stall', 'stall', 0];
    const [status = 99, low = 0, middle = 0, high = 0, state = 99] = reply.bytes;
    return [DFU_STATUSES[status], DFU_STATES[state], low + (middle << 8) + (high << 16)];
  }

  /** A whole operation; returns what the second GETSTATUS says. */
  operate(block: number, data: Uint8Array): [string | undefined, string | undefined] {
    this.out(REQUEST.download, block, data);
    const [, , pollMs] = this.status();
    this.now += pollMs;
    const [status, state] = this.status();
    return [status, state];
  }

  upload(block: number, length: number): number[] | 'stall' {
    const reply = this.in(REQUEST.upload, block, length);
    return reply.kind === 'stall' ? 'stall' : [...reply.bytes];
  }

  sins(): string[] {
    return this.chip.sins.all().map(({ sin }) => sin);
  }
}

/** A rig that stands in the given state. */
function standingIn(state: DfuState): Rig {
  const rig = new Rig();
  const steps: Partial<Record<DfuState, () => void>> = {
    'dfuDNLOAD-SYNC': () => rig.out(REQUEST.download, 0, command(0x21, FLASH)),
    dfuDNBUSY: () => {
      rig.out(REQUEST.download, 0, command(0x21, FLASH));
      rig.status();
    },
    'dfuDNLOAD-IDLE': () => rig.operate(0, command(0x21, FLASH)),
    'dfuMANIFEST-SYNC': () => rig.out(REQUEST.download, 0),
    dfuMANIFEST: () => {
      rig.out(REQUEST.download, 0);
      rig.status();
    },
    'dfuUPLOAD-IDLE': () => rig.upload(2, 16),
    dfuERROR: () => rig.upload(1, 16),
  };
  steps[state]?.();
  expect(rig.machine.state).toBe(state);
  return rig;
}

describe('which request is taken in which state', () => {
  // The state afterwards, or what is wrong with it. dfuDNBUSY is over when the request has been held long enough.
  const table: Record<string, Partial<Record<DfuState, string>>> = {
    download: {
      dfuIDLE: 'dfuDNLOAD-SYNC',
      'dfuDNLOAD-SYNC': 'stall errSTALLEDPKT',
      dfuDNBUSY: 'stall errSTALLEDPKT',
      'dfuDNLOAD-IDLE': 'dfuDNLOAD-SYNC',
      'dfuMANIFEST-SYNC': 'stall errSTALLEDPKT',
      'dfuUPLOAD-IDLE': 'stall errSTALLEDPKT',
      dfuERROR: 'stall errSTALLEDPKT',
    },
    upload: {
      dfuIDLE: 'dfuUPLOAD-IDLE',
      'dfuDNLOAD-SYNC': 'stall errSTALLEDPKT',
      dfuDNBUSY: 'stall errSTALLEDPKT',
      'dfuDNLOAD-IDLE': 'stall errSTALLEDPKT',
      'dfuMANIFEST-SYNC': 'stall errSTALLEDPKT',
      'dfuUPLOAD-IDLE': 'dfuUPLOAD-IDLE',
      dfuERROR: 'stall errSTALLEDPKT',
    },
    getStatus: {
      dfuIDLE: 'dfuIDLE',
      'dfuDNLOAD-SYNC': 'dfuDNBUSY',
      dfuDNBUSY: 'dfuDNLOAD-IDLE',
      'dfuDNLOAD-IDLE': 'dfuDNLOAD-IDLE',
      'dfuMANIFEST-SYNC': 'dfuMANIFEST',
      dfuMANIFEST: 'dfuMANIFEST',
      'dfuUPLOAD-IDLE': 'dfuUPLOAD-IDLE',
      dfuERROR: 'dfuERROR',
    },
    getState: {
      dfuIDLE: 'dfuIDLE',
      'dfuDNLOAD-SYNC': 'dfuDNLOAD-SYNC',
      dfuDNBUSY: 'dfuDNLOAD-SYNC',
      'dfuDNLOAD-IDLE': 'dfuDNLOAD-IDLE',
      'dfuMANIFEST-SYNC': 'dfuMANIFEST-SYNC',
      'dfuUPLOAD-IDLE': 'dfuUPLOAD-IDLE',
      dfuERROR: 'dfuERROR',
    },
    clearStatus: {
      dfuIDLE: 'dfuERROR',
      'dfuDNLOAD-SYNC': 'dfuERROR',
      dfuDNBUSY: 'dfuERROR',
      'dfuDNLOAD-IDLE': 'dfuERROR',
      'dfuMANIFEST-SYNC': 'dfuERROR',
      'dfuUPLOAD-IDLE': 'dfuERROR',
      dfuERROR: 'dfuIDLE',
    },
    abort: {
      dfuIDLE: 'dfuIDLE',
      'dfuDNLOAD-SYNC': 'dfuIDLE',
      dfuDNBUSY: 'dfuIDLE',
      'dfuDNLOAD-IDLE': 'dfuIDLE',
      'dfuMANIFEST-SYNC': 'dfuIDLE',
      dfuMANIFEST: 'dfuMANIFEST',
      'dfuUPLOAD-IDLE': 'dfuIDLE',
      dfuERROR: 'dfuERROR',
    },
  };
  const requests: Record<string, (rig: Rig) => Reply> = {
    download: (rig) => rig.out(REQUEST.download, 2, Uint8Array.of(1, 2, 3, 4)),
    upload: (rig) => rig.in(REQUEST.upload, 2, 64),
    getStatus: (rig) => rig.in(REQUEST.getStatus),
    getState: (rig) => rig.in(REQUEST.getState, 0, 1),
    clearStatus: (rig) => rig.out(REQUEST.clearStatus),
    abort: (rig) => rig.out(REQUEST.abort),
  };
  for (const [request, row] of Object.entries(table))
    for (const [state, expected] of Object.entries(row))
      test(`${request} in ${state}: ${expected}`, () => {
        const rig = standingIn(state as DfuState);
        const reply = requests[request]?.(rig);
        const { state: now, status } = rig.machine;
        expect(reply?.kind === 'stall' ? `stall ${status}` : now).toBe(expected);
        if (reply?.kind === 'stall') expect(now).toBe('dfuERROR');
      });

  test('an unknown request, or a known one in the wrong direction, stalls into dfuERROR', () => {
    const wrong = [7, 0x80, REQUEST.getStatus, REQUEST.upload].map((request) => (rig: Rig) => rig.out(request));
    for (const ask of [...wrong, (rig: Rig) => rig.in(REQUEST.download)]) {
      const rig = new Rig();
      expect(ask(rig).kind).toBe('stall');
      expect(rig.status().slice(0, 2)).toEqual(['errSTALLEDPKT', 'dfuERROR']);
      expect(rig.sins()).toEqual(['unknown-request']);
    }
  });

  test('CLRSTATUS outside dfuERROR makes errUNKNOWN, a second one clears it (the H7 trick)', () => {
    const rig = new Rig();
    rig.out(REQUEST.clearStatus);
    expect(rig.status().slice(0, 2)).toEqual(['errUNKNOWN', 'dfuERROR']);
    expect(rig.sins()).toEqual(['clear-outside-error']);
    rig.out(REQUEST.clearStatus);
    expect(rig.status().slice(0, 2)).toEqual(['OK', 'dfuIDLE']);
  });
});

describe('an operation', () => {
  test('is only stored by DNLOAD, started by the first GETSTATUS, told by the second', () => {
    const rig = new Rig(F405, false, 'used');
    const before = rig.chip.memory.digest(FLASH, 16_384);
    rig.out(REQUEST.download, 0, command(0x41, FLASH));
    expect(rig.chip.memory.digest(FLASH, 16_384)).toBe(before);
    expect(rig.status()).toEqual(['OK', 'dfuDNBUSY', 250]);
    expect(rig.chip.memory.digest(FLASH, 16_384)).not.toBe(before);
    rig.now += 250;
    expect(rig.status()).toEqual(['OK', 'dfuDNLOAD-IDLE', 0]);
  });

  test('works on the data as they were sent, whatever becomes of the buffer of the host', () => {
    const rig = new Rig();
    const data = Uint8Array.of(1, 2, 3);
    rig.out(REQUEST.download, 2, data);
    data.fill(9);
    rig.status();
    expect([...rig.chip.memory.read(FLASH, 3)]).toEqual([1, 2, 3]);
  });

  test('holds the next request until it is done on OTG parts', () => {
    const rig = new Rig(F405);
    rig.out(REQUEST.download, 0, command(0x41, FLASH));
    rig.status();
    const startedAt = rig.now;
    expect(rig.status()).toEqual(['OK', 'dfuDNLOAD-IDLE', 0]);
    const { wireMsPerTransfer, wireMsPerByte } = F405.timing;
    expect(rig.now).toBeCloseTo(startedAt + 250 + wireMsPerTransfer + 6 * wireMsPerByte, 9);
    expect(rig.sins()).toEqual([]);
  });

  test('stalls the next request until it is done on parts with the small USB device, and goes on', () => {
    const rig = new Rig(F072);
    rig.out(REQUEST.download, 0, command(0x41, FLASH));
    const [, , pollMs] = rig.status();
    const doneAt = rig.now + 30;
    expect(rig.status()[0]).toBe('stall');
    expect(rig.in(REQUEST.getState, 0, 1).kind).toBe('stall');
    expect(rig.machine.state).toBe('dfuDNBUSY');
    expect(rig.sins()).toEqual(['asked-too-early', 'asked-too-early']);
    expect(pollMs).toBeGreaterThanOrEqual(30);
    rig.now = doneAt;
    expect(rig.status()).toEqual(['OK', 'dfuDNLOAD-IDLE', 0]);
  });

  test('that fails says so at the second GETSTATUS only, and again until CLRSTATUS', () => {
    const rig = new Rig();
    rig.out(REQUEST.download, 0, command(0x41, 0x0900_0000));
    expect(rig.status().slice(0, 2)).toEqual(['OK', 'dfuDNBUSY']);
    expect(rig.status().slice(0, 2)).toEqual(['errTARGET', 'dfuERROR']);
    expect(rig.status().slice(0, 2)).toEqual(['errTARGET', 'dfuERROR']);
    rig.out(REQUEST.clearStatus);
    expect(rig.status().slice(0, 2)).toEqual(['OK', 'dfuIDLE']);
  });

  const refused: [string, number, Uint8Array, string, string[]][] = [
    ['SET_ADDRESS outside the map', 0, command(0x21, 0x0810_0000), 'errTARGET', ['outside-map']],
    ['erase outside the map', 0, command(0x41, 0x0810_0000), 'errTARGET', ['outside-map']],
    ['erase of what cannot be erased', 0, command(0x41, 0x1fff_7800), 'errTARGET', ['outside-map']],
    ['a write behind the end', 2 + 512, Uint8Array.of(0), 'errTARGET', ['outside-map']],
    ['a write of the last block', 2 + 511, new Uint8Array(2048).fill(1), 'OK', []],
    ['an unknown command', 0, Uint8Array.of(0x77), 'errSTALLEDPKT', ['unknown-command']],
    ['SET_ADDRESS cut short', 0, Uint8Array.of(0x21, 0, 0), 'errSTALLEDPKT', ['unknown-command']],
    ['data at the reserved block', 1, Uint8Array.of(0), 'OK', ['reserved-block']],
  ];
  for (const [what, block, data, status, sins] of refused)
    test(`${what} ends with ${status}`, () => {
      const rig = new Rig();
      expect(rig.operate(block, data)[0]).toBe(status);
      expect(rig.sins()).toEqual(sins);
    });

  test('a write that begins inside the map and ends outside changes nothing', () => {
    const rig = new Rig(L072);
    rig.operate(0, command(0x21, FLASH + 1536 * 128 - 128));
    expect(rig.operate(2, new Uint8Array(256).fill(0xff))[0]).toBe('errTARGET');
    expect(rig.chip.memory.wear()).toEqual([]);
  });

  test('data longer than wTransferSize are refused at once', () => {
    const rig = new Rig();
    expect(rig.out(REQUEST.download, 2, new Uint8Array(2049)).kind).toBe('stall');
    expect(rig.sins()).toEqual(['longer-than-transfer-size']);
  });
});

describe('addresses', () => {
  test('a block is (number - 2) * wTransferSize behind the pointer, also when the last one is short', () => {
    const rig = new Rig();
    rig.operate(0, command(0x21, FLASH + 0x4000));
    rig.operate(3, Uint8Array.of(1, 2, 3));
    expect([...rig.chip.memory.read(FLASH + 0x4000 + 2048, 3)]).toEqual([1, 2, 3]);
    rig.out(REQUEST.abort);
    expect(rig.upload(3, 3)).toEqual([1, 2, 3]);
  });

  test('the pointer starts at the flash, survives ABORT and erase, and is little-endian', () => {
    const rig = new Rig();
    expect(rig.chip.pointer).toBe(FLASH);
    rig.operate(0, command(0x21, 0x0802_0000));
    rig.operate(0, command(0x41, 0x0804_0000));
    rig.out(REQUEST.abort);
    expect(rig.chip.pointer).toBe(0x0802_0000);
  });
});

describe('an upload', () => {
  test('of block 0 tells the commands', () => {
    const rig = new Rig();
    expect(rig.upload(0, 2048)).toEqual([0x00, 0x21, 0x41, 0x92]);
    expect(rig.machine.state).toBe('dfuIDLE');
  });

  test('of block 1 is refused', () => {
    const rig = new Rig();
    expect(rig.upload(1, 16)).toBe('stall');
    expect(rig.sins()).toEqual(['reserved-block']);
  });

  test('ends short at the end of a region, and that ends the upload', () => {
    const rig = new Rig();
    rig.operate(0, command(0x21, 0x1fff_7a00));
    rig.out(REQUEST.abort);
    expect(rig.upload(2, 2048)).toHaveLength(16);
    expect(rig.machine.state).toBe('dfuIDLE');
  });

  test('outside the map is errTARGET', () => {
    const rig = new Rig();
    expect(rig.upload(2 + 512, 2048)).toBe('stall');
    expect(rig.status().slice(0, 2)).toEqual(['errTARGET', 'dfuERROR']);
  });

  test('needs no GETSTATUS between blocks', () => {
    const rig = new Rig();
    for (let block = 2; block < 10; block++) expect(rig.upload(block, 2048)).toHaveLength(2048);
    expect(rig.sins()).toEqual([]);
  });
});

describe('a read-protected chip', () => {
  test('takes an address, refuses to read, write and erase with errVENDOR, and keeps what it holds', () => {
    const rig = new Rig(F405, true, 'used');
    const before = rig.chip.memory.digest(FLASH, 1024);
    expect(rig.operate(0, command(0x21, FLASH))[0]).toBe('OK');
    rig.out(REQUEST.abort);
    for (const attempt of [
      () => rig.upload(2, 64),
      () => rig.operate(2, Uint8Array.of(1)),
      () => rig.operate(0, command(0x41, FLASH)),
      () => rig.operate(0, Uint8Array.of(0x41)),
    ]) {
      attempt();
      expect(rig.status().slice(0, 2)).toEqual(['errVENDOR', 'dfuERROR']);
      rig.out(REQUEST.clearStatus);
    }
    expect(rig.chip.memory.digest(FLASH, 1024)).toBe(before);
  });

  test('is freed by read-unprotect, which erases everything and resets the chip', () => {
    const rig = new Rig(F405, true, 'used');
    rig.out(REQUEST.download, 0, Uint8Array.of(0x92));
    const reply = rig.in(REQUEST.getStatus);
    expect(reply).toMatchObject({ kind: 'data', departs: { why: 'reset', awayMs: 16_000 } });
    expect(rig.chip.isReadProtected).toBe(false);
    expect(rig.chip.memory.read(FLASH, 1024 * 1024).every((byte) => byte === 0xff)).toBe(true);
  });
});

test('mass erase empties all flash, takes 16 s and reports 100 ms, as the F405 ROM does', () => {
  const rig = new Rig(F405, false, 'used');
  rig.out(REQUEST.download, 0, Uint8Array.of(0x41));
  expect(rig.status()).toEqual(['OK', 'dfuDNBUSY', 100]);
  const startedAt = rig.now;
  rig.status();
  expect(rig.now - startedAt).toBeGreaterThan(16_000);
  expect(rig.chip.memory.read(FLASH, 1024 * 1024).every((byte) => byte === 0xff)).toBe(true);
});

test('writing option bytes resets the chip', () => {
  const rig = new Rig();
  rig.operate(0, command(0x21, 0x1fff_c000));
  rig.out(REQUEST.download, 2, new Uint8Array(16));
  expect(rig.in(REQUEST.getStatus)).toMatchObject({ departs: { why: 'reset' } });
});

test('a zero-length DNLOAD leaves at its GETSTATUS, from dfuIDLE and after a download, at any block number', () => {
  for (const state of ['dfuIDLE', 'dfuDNLOAD-IDLE'] as const)
    for (const block of [0, 2, 77]) {
      const rig = standingIn(state);
      expect(rig.out(REQUEST.download, block)).toMatchObject({ kind: 'data', departs: null });
      expect(rig.in(REQUEST.getStatus)).toMatchObject({ kind: 'data', departs: { why: 'leave' } });
      expect(rig.machine.state).toBe('dfuMANIFEST');
    }
});

test('no sequence of requests crashes the device, breaks its state or lets time go back', () => {
  const anyBytes = fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc.constantFrom(command(0x21, FLASH), command(0x41, FLASH), Uint8Array.of(0x41), command(0x21, 0x1fff_c000)),
    fc.constant(new Uint8Array(2049)),
  );
  const anySetup = fc.record({
    direction: fc.constantFrom('in' as const, 'out' as const),
    request: fc.oneof(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 255 })),
    value: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 0xffff })),
    length: fc.oneof(fc.constantFrom(0, 1, 6, 64, 2048, 2049), fc.integer({ min: 0, max: 0xffff })),
    data: anyBytes,
    pauseMs: fc.constantFrom(0, 0, 5, 100),
  });
  const anyPart = fc.constantFrom(F405, F303, L072);
  fc.assert(
    fc.property(anyPart, fc.boolean(), fc.array(anySetup, { maxLength: 40 }), (part, isProtected, setups) => {
      const rig = new Rig(part, isProtected);
      for (const { pauseMs, ...setup } of setups) {
        rig.now += pauseMs;
        const before = rig.now;
        const reply = rig.send(setup);
        expect(Number.isFinite(reply.at)).toBe(true);
        expect(reply.at).toBeGreaterThanOrEqual(before);
        if (reply.kind === 'data' && setup.direction === 'in')
          expect(reply.bytes.length).toBeLessThanOrEqual(setup.length);
        const { state, status } = rig.machine;
        expect(DFU_STATES).toContain(state);
        expect(state === 'dfuERROR').toBe(status !== 'OK');
      }
    }),
    { numRuns: 300 },
  );
});
