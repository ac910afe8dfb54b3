/** A request of the MultiWii Serial Protocol, version 1. */
export interface MspRequest {
  readonly command: number;
  readonly payload: Uint8Array;
}

const [DOLLAR, LETTER_M, REQUEST, REPLY, REFUSAL] = [0x24, 0x4d, 0x3c, 0x3e, 0x21];
const HEAD = [DOLLAR, LETTER_M, REQUEST];
const OVERHEAD_BYTES = 6;

/** The byte that begins a frame: nothing else is read as one. */
export const MSP_START = DOLLAR;

/** Reads one frame: `$M<`, length, command, payload, and the exclusive or of all since the length (Betaflight msp_serial.c). */
export class MspReader {
  readonly #bytes: number[] = [];

  /** What this byte makes of the frame: not yet a request, a request, or nothing that it could become. */
  push(byte: number): MspRequest | 'more' | 'broken' {
    this.#bytes.push(byte);
    const at = this.#bytes.length - 1;
    if (at < HEAD.length && byte !== HEAD[at]) return 'broken';
    const [, , , length = 0, command = 0] = this.#bytes;
    if (at < HEAD.length || this.#bytes.length < OVERHEAD_BYTES + length) return 'more';
    const body = Uint8Array.from(this.#bytes.slice(HEAD.length, -1));
    return checksum(body) === byte ? { command, payload: body.subarray(2) } : 'broken';
  }
}

/** The frame that answers a request; a refusal has no payload. */
export function mspReply(command: number, payload: Uint8Array | 'refused'): Uint8Array {
  const data = payload === 'refused' ? new Uint8Array(0) : payload;
  const body = Uint8Array.of(data.length, command, ...data);
  const kind = payload === 'refused' ? REFUSAL : REPLY;
  return Uint8Array.of(DOLLAR, LETTER_M, kind, ...body, checksum(body));
}

function checksum(body: Uint8Array): number {
  return body.reduce((sum, byte) => sum ^ byte, 0);
}
