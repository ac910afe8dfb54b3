import type { Misbehaviour } from '../board/misbehaviour.ts';
import { seededRandom, wholeBetween } from '../random.ts';

/** What a worn stretch of the demonstration loses. */
const LOST_BYTES = 256;

/**
 * A fault as a shift sees them, repeatable by its seed: a bad contact, a worn cell, a board that was locked or is held in
 * its bootloader. All of them show on any image that covers `within`.
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
