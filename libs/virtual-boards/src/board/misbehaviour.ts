import { choiceIn, type Fields, fieldsOf, flagIn, numberIn, textIn, wholeIn } from '../json-fields.ts';
import { seededRandom, wholeBetween } from '../random.ts';

/** One way in which a board is bad, as plain JSON. `at` counts control transfers since it got power, from 1. */
export type Misbehaviour =
  /** Is pulled, or loses contact, at this transfer. */
  | { readonly kind: 'unplug'; readonly at: number }
  /** Answers this one transfer with STALL. */
  | { readonly kind: 'stall'; readonly at: number }
  /** From this transfer on it answers nothing: every transfer ends with the host's timeout. */
  | { readonly kind: 'hang'; readonly at: number }
  /** This one transfer times out; with `effect` the board has carried it out all the same. */
  | { readonly kind: 'timeout'; readonly at: number; readonly effect: boolean }
  /** Reads one bit the wrong way round, every time. */
  | { readonly kind: 'bit-flip'; readonly address: number; readonly bit: number }
  /** Acknowledges writes to these addresses and programs nothing, as write-protected sectors do (AN2662). */
  | { readonly kind: 'silent-write-loss'; readonly address: number; readonly length: number }
  /** Acknowledges erases of the sectors that hold these addresses and erases nothing. */
  | { readonly kind: 'silent-erase-failure'; readonly address: number; readonly length: number }
  /** RDP level 1: nothing but a read-unprotect works on it. */
  | { readonly kind: 'read-protected' }
  /** Reports this USB serial, as many chips do that all report the same one. */
  | { readonly kind: 'equal-serial'; readonly usbSerial: string }
  /** Comes back in its bootloader however good the firmware is: BOOT0 is still held. */
  | { readonly kind: 'refuses-to-leave' }
  /** Takes longer for everything, and reports the usual polls. */
  | { readonly kind: 'slow'; readonly factor: number };

const KINDS = [
  'unplug',
  'stall',
  'hang',
  'timeout',
  'bit-flip',
  'silent-write-loss',
  'silent-erase-failure',
  'read-protected',
  'equal-serial',
  'refuses-to-leave',
  'slow',
] as const satisfies readonly Misbehaviour['kind'][];

/** What a write-protected stretch of the demonstration loses. */
const LOST_BYTES = 256;
const TRANSFER_LIMITS = [1, 10_000_000] as const;
const U32_LIMITS = [0, 0xffff_ffff] as const;

/** A misbehaviour that came as JSON. Throws CONFIG_INVALID with the field. */
export function parseMisbehaviour(value: unknown, where: string): Misbehaviour {
  const fields = fieldsOf(value, where, ['kind', 'at', 'effect', 'address', 'length', 'bit', 'usbSerial', 'factor']);
  const kind = choiceIn(fields, 'kind', KINDS);
  switch (kind) {
    case 'unplug':
    case 'stall':
    case 'hang':
      return { kind, at: wholeIn(fields, 'at', TRANSFER_LIMITS) };
    case 'timeout':
      return { kind, at: wholeIn(fields, 'at', TRANSFER_LIMITS), effect: flagIn(fields, 'effect') };
    case 'bit-flip':
      return { kind, address: wholeIn(fields, 'address', U32_LIMITS), bit: wholeIn(fields, 'bit', [0, 7]) };
    case 'silent-write-loss':
    case 'silent-erase-failure':
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

function stretchIn(fields: Fields): { address: number; length: number } {
  return { address: wholeIn(fields, 'address', U32_LIMITS), length: wholeIn(fields, 'length', [1, 0xffff_ffff]) };
}

/**
 * A fault as a shift sees them, repeatable by its seed: a bad contact, a worn cell, a board that was locked or is held in its
 * bootloader. All of them show on any image that covers `within`.
 */
export function misbehave(seed: number, within: { readonly address: number; readonly bytes: number }): Misbehaviour {
  const random = seededRandom(seed);
  const address = within.address + wholeBetween(random, 0, Math.max(0, within.bytes - LOST_BYTES - 1));
  const at = wholeBetween(random, 12, 60);
  const choices: readonly Misbehaviour[] = [
    { kind: 'unplug', at },
    { kind: 'unplug', at },
    { kind: 'hang', at },
    { kind: 'bit-flip', address, bit: wholeBetween(random, 0, 7) },
    { kind: 'silent-write-loss', address, length: LOST_BYTES },
    { kind: 'read-protected' },
    { kind: 'refuses-to-leave' },
  ];
  return choices[wholeBetween(random, 0, choices.length - 1)] ?? { kind: 'unplug', at };
}

/** What is to happen to one transfer. */
export type Trouble = Extract<Misbehaviour, { kind: 'unplug' | 'stall' | 'hang' | 'timeout' }>;

/** The misbehaviour that strikes at this transfer; a hang that has begun goes before everything but a pull. */
export function troubleAt(misbehaviours: readonly Misbehaviour[], transfer: number): Trouble | undefined {
  const struck = misbehaviours.filter((one): one is Trouble => {
    if (one.kind === 'hang') return transfer >= one.at;
    return (one.kind === 'unplug' || one.kind === 'stall' || one.kind === 'timeout') && transfer === one.at;
  });
  return (
    struck.find((one) => one.kind === 'unplug') ?? struck.find((one) => one.kind === 'hang') ?? struck[0] ?? undefined
  );
}

/** Every misbehaviour of one kind. */
export function ofKind<Kind extends Misbehaviour['kind']>(
  misbehaviours: readonly Misbehaviour[],
  kind: Kind,
): Extract<Misbehaviour, { kind: Kind }>[] {
  return misbehaviours.filter((one): one is Extract<Misbehaviour, { kind: Kind }> => one.kind === kind);
}
