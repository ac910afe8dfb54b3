import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classify, DFU_STATES, DFU_STATUS_CODES, type DfuState, decodeStatus } from './status.ts';

describe('an answer to GETSTATUS', () => {
  test('is read as status, 24-bit poll timeout and state', () => {
    expect(decodeStatus(Uint8Array.of(0, 0x68, 0x01, 0x02, 4, 0))).toEqual({
      status: 'OK',
      state: 'dfuDNBUSY',
      pollTimeoutMs: 0x020168,
    });
  });

  test('is garbled unless it has six bytes with numbers that DFU knows', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (reply) => {
        const isSound = reply.length === 6 && (reply[0] ?? 99) <= 15 && (reply[4] ?? 99) <= 10;
        if (isSound) expect(DFU_STATES.indexOf(decodeStatus(reply).state)).toBe(reply[4]);
        else expect(() => decodeStatus(reply)).toThrow(expect.objectContaining({ code: 'BOARD_GARBLED' }));
      }),
    );
  });
});

describe('while an operation is waited for', () => {
  const meaning: Record<DfuState, 'wait' | 'ready' | 'refused'> = {
    appIDLE: 'refused',
    appDETACH: 'refused',
    dfuIDLE: 'refused',
    'dfuDNLOAD-SYNC': 'wait',
    dfuDNBUSY: 'wait',
    'dfuDNLOAD-IDLE': 'ready',
    'dfuMANIFEST-SYNC': 'wait',
    dfuMANIFEST: 'wait',
    'dfuMANIFEST-WAIT-RESET': 'refused',
    'dfuUPLOAD-IDLE': 'refused',
    dfuERROR: 'refused',
  };

  test.each(Object.entries(meaning))('%s means %s', (state, kind) => {
    const reply = { status: 'OK', state: state as DfuState, pollTimeoutMs: 7 } as const;
    expect(classify('dfuDNLOAD-IDLE', reply).kind).toBe(kind);
  });

  test.each(DFU_STATES)('any error status in %s is a refusal', (state) => {
    for (const status of DFU_STATUS_CODES.slice(1)) {
      expect(classify('dfuDNLOAD-IDLE', { status, state, pollTimeoutMs: 0 })).toEqual({
        kind: 'refused',
        status,
        state,
      });
    }
  });

  test('the poll timeout is handed on', () => {
    const reply = { status: 'OK', state: 'dfuDNBUSY', pollTimeoutMs: 104 } as const;
    expect(classify('dfuDNLOAD-IDLE', reply)).toEqual({ kind: 'wait', reportedMs: 104 });
  });
});
