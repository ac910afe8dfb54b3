/** An answer by the MultiWii Serial Protocol, version 1. */
export interface MspAnswer {
  /** `$M!`: the board knows the protocol, but not this request. */
  readonly isRefusal: boolean;
  readonly payload: Uint8Array;
}

const [DOLLAR, LETTER_M, REQUEST, REPLY, REFUSAL] = [0x24, 0x4d, 0x3c, 0x3e, 0x21];
/** `$`, `M`, direction, length, command; and the checksum behind the payload. */
const HEAD_BYTES = 5;
/** A length of 255 announces a longer payload by two more bytes (Betaflight msp_serial.c); nothing that is asked here has one. */
const JUMBO = 255;

/** `$M<`, length, command, payload, and the exclusive or of all since the length (Betaflight msp_serial.c). */
export function mspRequest(command: number, payload: readonly number[] = []): Uint8Array {
  const body = Uint8Array.of(payload.length, command, ...payload);
  return Uint8Array.of(DOLLAR, LETTER_M, REQUEST, ...body, checksum(body));
}

/** The first intact answer to a command in what was heard, whatever stands around it; null when there is none yet. */
export function mspAnswerIn(heard: Uint8Array, command: number): MspAnswer | null {
  for (let at = heard.indexOf(DOLLAR); at !== -1; at = heard.indexOf(DOLLAR, at + 1)) {
    const answer = answerAt(heard.subarray(at), command);
    if (answer) return answer;
  }
  return null;
}

function answerAt(bytes: Uint8Array, wanted: number): MspAnswer | null {
  const [, letter, direction, length = JUMBO, command] = bytes;
  const isAnswer = letter === LETTER_M && (direction === REPLY || direction === REFUSAL) && command === wanted;
  const end = HEAD_BYTES + length;
  if (!isAnswer || length === JUMBO || bytes.length <= end) return null;
  if (checksum(bytes.subarray(3, end)) !== bytes[end]) return null;
  return { isRefusal: direction === REFUSAL, payload: bytes.slice(HEAD_BYTES, end) };
}

function checksum(body: Uint8Array): number {
  return body.reduce((sum, byte) => sum ^ byte, 0);
}
