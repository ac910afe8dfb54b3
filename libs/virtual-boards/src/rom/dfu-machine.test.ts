import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { F303 } from '../chip/parts/f0-f1-f3.ts';
import { F405 } from '../chip/parts/f4-f7.ts';
import { H743_REV_V } from '../chip/parts/h7.ts';
import { L072 } from '../chip/parts/low-power.ts';
import { command } from '../testing/hand-host.ts';
import { RomRig } from '../testing/rom-rig.ts';
import { DFU_STATES, type DfuState, REQUEST } from './dfu-words.ts';
import type { Reply } from './exchange.ts';

const FLASH = 0x0800_0000;

/** A rig that stands in the given state. */
function standingIn(state: DfuState): RomRig {
  const rig = new RomRig();
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
  const requests: Record<string, (rig: RomRig) => Reply> = {
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
    const wrong = [7, 0x80, REQUEST.getStatus, REQUEST.upload].map((request) => (rig: RomRig) => rig.out(request));
    for (const ask of [...wrong, (rig: RomRig) => rig.in(REQUEST.download)]) {
      const rig = new RomRig();
      expect(ask(rig).kind).toBe('stall');
      expect(rig.status().slice(0, 2)).toEqual(['errSTALLEDPKT', 'dfuERROR']);
      expect(rig.sins()).toEqual(['unknown-request']);
    }
  });

  test('CLRSTATUS outside dfuERROR makes errUNKNOWN, a second one clears it (the H7 trick)', () => {
    const rig = new RomRig();
    rig.out(REQUEST.clearStatus);
    expect(rig.status().slice(0, 2)).toEqual(['errUNKNOWN', 'dfuERROR']);
    expect(rig.sins()).toEqual(['clear-outside-error']);
    rig.out(REQUEST.clearStatus);
    expect(rig.status().slice(0, 2)).toEqual(['OK', 'dfuIDLE']);
  });
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
  const anyPart = fc.constantFrom(F405, F303, L072, H743_REV_V);
  fc.assert(
    fc.property(anyPart, fc.boolean(), fc.array(anySetup, { maxLength: 40 }), (part, isProtected, setups) => {
      const rig = isProtected ? RomRig.protected(part) : new RomRig(part);
      for (const { pauseMs, ...setup } of setups) {
        rig.now += pauseMs;
        const before = rig.now;
        const reply = rig.send(setup);
        expect(Number.isFinite(rig.now)).toBe(true);
        expect(rig.now).toBeGreaterThanOrEqual(before);
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
