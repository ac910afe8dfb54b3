import { choiceIn, type Fields, fieldsOf, flagIn, numberIn, textIn, wholeIn } from '../json-fields.ts';
import { FOUND_STATES } from '../rom/leftover.ts';
import type { Misbehaviour } from './misbehaviour.ts';

const KINDS = [
  'unplug',
  'stall',
  'hang',
  'timeout',
  'short-answer',
  'wrong-answer',
  'found-in',
  'bit-flip',
  'silent-write-loss',
  'silent-erase-failure',
  'write-protected',
  'read-protected',
  'equal-serial',
  'refuses-to-leave',
  'slow',
] as const satisfies readonly Misbehaviour['kind'][];

const FIELDS = ['kind', 'at', 'afterMs', 'effect', 'seed', 'state', 'address', 'length', 'bit', 'usbSerial', 'factor'];
const TRANSFER_LIMITS = [1, 10_000_000] as const;
const DELAY_MS_LIMITS = [0, 3_600_000] as const;
const U32_LIMITS = [0, 0xffff_ffff] as const;

/** A misbehaviour that came as JSON. Throws CONFIG_INVALID with the field. */
export function parseMisbehaviour(value: unknown, where: string): Misbehaviour {
  const fields = fieldsOf(value, where, FIELDS);
  const kind = choiceIn(fields, 'kind', KINDS);
  switch (kind) {
    case 'unplug':
      return { kind, at: transferIn(fields), ...delayIn(fields) };
    case 'stall':
    case 'hang':
    case 'short-answer':
      return { kind, at: transferIn(fields) };
    case 'timeout':
      return { kind, at: transferIn(fields), effect: flagIn(fields, 'effect') };
    case 'wrong-answer':
      return { kind, at: transferIn(fields), seed: wholeIn(fields, 'seed', U32_LIMITS, 1) };
    case 'found-in':
      return { kind, state: choiceIn(fields, 'state', FOUND_STATES) };
    case 'bit-flip':
      return { kind, address: wholeIn(fields, 'address', U32_LIMITS), bit: wholeIn(fields, 'bit', [0, 7]) };
    case 'silent-write-loss':
    case 'silent-erase-failure':
    case 'write-protected':
      return { kind, ...stretchIn(fields) };
    case 'equal-serial':
      return { kind, usbSerial: textIn(fields, 'usbSerial', 128) };
    case 'slow':
      return { kind, factor: numberIn(fields, 'factor', [1, 1000]) };
    case 'read-protected':
    case 'refuses-to-leave':
      return { kind };
    default:
      return kind satisfies never;
  }
}

function transferIn(fields: Fields): number {
  return wholeIn(fields, 'at', TRANSFER_LIMITS);
}

function delayIn(fields: Fields): { afterMs?: number } {
  return fields.values.afterMs === undefined ? {} : { afterMs: numberIn(fields, 'afterMs', DELAY_MS_LIMITS) };
}

function stretchIn(fields: Fields): { address: number; length: number } {
  return { address: wholeIn(fields, 'address', U32_LIMITS), length: wholeIn(fields, 'length', [1, 0xffff_ffff]) };
}
