import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { outcomeOf } from '../outcome.ts';
import { asFault, FAULT_CODES, FAULTS, Fault } from './faults.ts';

const page = readFileSync(new URL('../../../../docs/faults.md', import.meta.url), 'utf8');

describe('docs/faults.md', () => {
  test('has exactly one section per fault code, in the order of the catalogue', () => {
    expect([...page.matchAll(/^### ([A-Z_]+)$/gm)].map(([, code]) => code)).toEqual(FAULT_CODES);
  });

  test.each(FAULT_CODES)('says of %s what the catalogue says', (code) => {
    const { says, do: action, retry } = FAULTS[code];
    const [, section = ''] = page.split(`### ${code}\n`);
    const text = section.split('\n### ')[0];
    expect(text).toContain(says);
    expect(text).toContain(`**Do:** ${action}`);
    expect(text).toContain(retry ? 'A retry may help.' : 'A retry does not help.');
  });
});

describe('a fault', () => {
  test('never leads to a pass', () => {
    expect(FAULT_CODES.map(outcomeOf)).not.toContain('pass');
  });

  test('of the board is a fail, of the station and the order an error, of a person an abort', () => {
    expect(outcomeOf('VERIFY_MISMATCH')).toBe('fail');
    expect(outcomeOf('HOST_CRASHED')).toBe('error');
    expect(outcomeOf('WRONG_BOARD')).toBe('error');
    expect(outcomeOf('CANCELLED')).toBe('aborted');
  });

  test('passes through asFault unchanged, and anything else keeps its text as a detail', () => {
    const fault = new Fault('BOARD_GONE', { phase: 'write' });
    expect(asFault(fault)).toBe(fault);
    expect(asFault(new TypeError('x is not a function'))).toMatchObject({
      code: 'STATION_BUG',
      details: { reason: 'x is not a function' },
    });
  });
});
