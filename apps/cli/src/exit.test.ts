import { Fault, type FaultCode } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { dataOf, EXIT, exitCodeOf, lineOf, textOf } from './exit.ts';

test.each<[string, number, readonly FaultCode[]]>([
  [
    'what is in the way of every command',
    EXIT.environment,
    ['PORT_TAKEN', 'DATA_IN_USE', 'NO_BOARDS', 'USB_PERMISSION'],
  ],
  [
    'what does not answer',
    EXIT.environment,
    ['QUEUE_UNREACHABLE', 'COORDINATOR_UNREACHABLE', 'STATION_SILENT', 'HOST_HUNG'],
  ],
  ['what a person can write otherwise', EXIT.badInput, ['USAGE', 'CONFIG_INVALID', 'SLOT_UNKNOWN', 'IMAGE_TRUNCATED']],
  ['a bug', EXIT.internal, ['COMMAND_BUG', 'STATION_BUG', 'INTERNAL']],
])('%s ends with %i', (_what, exitCode, codes) => {
  expect(codes.map((code) => [code, exitCodeOf(new Fault(code))])).toEqual(codes.map((code) => [code, exitCode]));
});

test('a fault is one line, also with a cause that has problems of its own', () => {
  const cause = Object.assign(new Error('x'), { problems: 'many' });
  const fault = new Fault('FILE_UNREADABLE', { file: 'a b', reason: null, bytes: 3 }, { cause });
  expect(textOf(fault)).toBe(lineOf(fault));
  expect(lineOf(fault)).toMatch(/^FILE_UNREADABLE: .* \(file: a b, bytes: 3\) /);
  expect(dataOf(fault)).toEqual({ code: 'FILE_UNREADABLE', details: { file: 'a b', reason: null, bytes: 3 } });
});
