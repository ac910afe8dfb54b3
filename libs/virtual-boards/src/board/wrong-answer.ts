import { type Random, seededRandom, wholeBetween } from '../random.ts';
import { DFU_STATES, DFU_STATUSES, REQUEST } from '../rom/dfu-words.ts';
import type { Setup } from '../rom/exchange.ts';

/** Which byte of an answer is the state: the fifth of GETSTATUS, the only one of GETSTATE. */
const STATE_AT: Readonly<Record<number, number>> = { [REQUEST.getStatus]: 4, [REQUEST.getState]: 0 };
/** One wrong answer in so many is a number that DFU does not know. */
const UNKNOWN_ONE_IN = 4;

/** The request as it arrives when the wire changes one bit of what is sent with it. */
export function wronglyHeard(setup: Setup, seed: number): Setup {
  return { ...setup, data: withFlippedBit(setup.data, seededRandom(seed)) };
}

/** The answer to a request as it arrives when it is not what the board said. */
export function wronglyAnswered({ request }: Setup, bytes: Uint8Array, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const stateAt = STATE_AT[request];
  if (stateAt === undefined) return withFlippedBit(bytes, random);
  const wrong = bytes.slice();
  const isStatus = request === REQUEST.getStatus && random() < 0.5;
  const at = isStatus ? 0 : stateAt;
  if (at < wrong.length)
    wrong[at] = another(wrong[at] ?? 0, isStatus ? DFU_STATUSES.length : DFU_STATES.length, random);
  return wrong;
}

/** Any number but this one: below `known`, or once in a while beyond it. */
function another(number: number, known: number, random: Random): number {
  if (wholeBetween(random, 1, UNKNOWN_ONE_IN) === 1) return wholeBetween(random, known, 0xff);
  return (number + wholeBetween(random, 1, known - 1)) % known;
}

function withFlippedBit(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return bytes;
  const wrong = bytes.slice();
  const at = wholeBetween(random, 0, bytes.length - 1);
  wrong[at] = (wrong[at] ?? 0) ^ (1 << wholeBetween(random, 0, 7));
  return wrong;
}
