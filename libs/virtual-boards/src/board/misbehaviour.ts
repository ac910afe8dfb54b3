import type { FoundState } from '../rom/leftover.ts';

/** One way in which a board is bad, as plain JSON. `at` counts control transfers since the board was made, from 1. */
export type Misbehaviour =
  /**
   * Is pulled, or loses contact, at this transfer, or `afterMs` after it has served it. What its flash is busy with at that
   * moment stays half done.
   */
  | { readonly kind: 'unplug'; readonly at: number; readonly afterMs?: number }
  /** Answers this one transfer with STALL. */
  | { readonly kind: 'stall'; readonly at: number }
  /** From this transfer on it answers nothing: every transfer ends with the host's timeout. */
  | { readonly kind: 'hang'; readonly at: number }
  /** This one transfer times out; with `effect` the board has carried it out all the same. */
  | { readonly kind: 'timeout'; readonly at: number; readonly effect: boolean }
  /** The answer to this one transfer is a byte short. Nothing comes back from an OUT transfer: it times out, with effect. */
  | { readonly kind: 'short-answer'; readonly at: number }
  /**
   * This one transfer arrives wrong: another status or state, possibly one that does not exist, or one flipped bit in what
   * is read or sent. Transfers without data are left alone. The same seed makes the same of the same answer; left out, it
   * is 1.
   */
  | { readonly kind: 'wrong-answer'; readonly at: number; readonly seed?: number }
  /** What another tool left its bootloader in; in dfuDNLOAD-SYNC an erase of the first sector waits for a GETSTATUS. */
  | { readonly kind: 'found-in'; readonly state: FoundState }
  /** Reads one bit the wrong way round, every time. */
  | { readonly kind: 'bit-flip'; readonly address: number; readonly bit: number }
  /** Acknowledges writes to these addresses and programs nothing. */
  | { readonly kind: 'silent-write-loss'; readonly address: number; readonly length: number }
  /** Acknowledges erases of the sectors that hold these addresses and erases nothing. */
  | { readonly kind: 'silent-erase-failure'; readonly address: number; readonly length: number }
  /** Acknowledges erases and writes of the sectors that hold these addresses and does neither (AN2662). */
  | { readonly kind: 'write-protected'; readonly address: number; readonly length: number }
  /** RDP level 1 in its option bytes: nothing but a read-unprotect works on it. */
  | { readonly kind: 'read-protected' }
  /** Reports this USB serial, as many chips do that all report the same one. */
  | { readonly kind: 'equal-serial'; readonly usbSerial: string }
  /** Comes back in its bootloader however good the firmware is: BOOT0 is still held. */
  | { readonly kind: 'refuses-to-leave' }
  /** Takes longer for everything, and reports the usual polls. */
  | { readonly kind: 'slow'; readonly factor: number };

/** What happens to transfers, and is over when the board was without power. */
export type Trouble = Extract<
  Misbehaviour,
  { kind: 'unplug' | 'stall' | 'hang' | 'timeout' | 'short-answer' | 'wrong-answer' }
>;

/** True for what happens to transfers, false for what a board is. */
export function isTrouble(one: Misbehaviour): one is Trouble {
  switch (one.kind) {
    case 'unplug':
    case 'stall':
    case 'hang':
    case 'timeout':
    case 'short-answer':
    case 'wrong-answer':
      return true;
    case 'found-in':
    case 'bit-flip':
    case 'silent-write-loss':
    case 'silent-erase-failure':
    case 'write-protected':
    case 'read-protected':
    case 'equal-serial':
    case 'refuses-to-leave':
    case 'slow':
      return false;
    default:
      return one satisfies never;
  }
}

/** The trouble that strikes at this transfer; a hang that has begun goes before everything but a pull. */
export function troubleAt(troubles: readonly Trouble[], transfer: number): Trouble | undefined {
  if (troubles.length === 0) return undefined;
  const struck = troubles.filter(({ kind, at }) => (kind === 'hang' ? transfer >= at : transfer === at));
  return struck.find(({ kind }) => kind === 'unplug') ?? struck.find(({ kind }) => kind === 'hang') ?? struck[0];
}

/** Every misbehaviour of one kind. */
export function ofKind<Kind extends Misbehaviour['kind']>(
  misbehaviours: readonly Misbehaviour[],
  kind: Kind,
): Extract<Misbehaviour, { kind: Kind }>[] {
  return misbehaviours.filter((one): one is Extract<Misbehaviour, { kind: Kind }> => one.kind === kind);
}
