import { FAULT_CODES, Fault, type FaultDetails } from '@flashline/contracts';
import { TransferError, type TransferTrouble } from '@flashline/dfuse';

/** A frame is: length of the rest (u32), kind (u8), id of the request it belongs to (u32), payload. All little-endian. */
export interface Frame {
  readonly kind: number;
  readonly id: number;
  /** A view into what was received: copy what is kept. */
  readonly payload: Buffer;
}

/** What a client asks. The payload of `call` is JSON, the others are binary. */
export const ASK = { controlOut: 1, controlIn: 2, call: 3, lineWrite: 4 } as const;

/** What a server says. `hint` belongs to no request; `heard` and `ended` carry the handle of a serial line instead of one. */
export const SAY = { bytes: 1, json: 2, failed: 3, hint: 4, heard: 5, ended: 6 } as const;

/** The largest memory in any part is below this; a description of one board is far below. */
export const FRAME_BYTES_MAX = 8 * 1024 * 1024;
const LENGTH_BYTES = 4;
const HEAD_BYTES = LENGTH_BYTES + 5;

/** Builds a frame with room for `size` bytes of payload, to be filled from HEAD_BYTES on by `fill`. */
export function frame(kind: number, id: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + payload.length);
  bytes.writeUInt32LE(HEAD_BYTES - LENGTH_BYTES + payload.length, 0);
  bytes[LENGTH_BYTES] = kind;
  bytes.writeUInt32LE(id, LENGTH_BYTES + 1);
  bytes.set(payload, HEAD_BYTES);
  return bytes;
}

/** A frame whose payload is JSON. */
export function jsonFrame(kind: number, id: number, value: unknown): Buffer {
  return frame(kind, id, Buffer.from(JSON.stringify(value ?? null)));
}

/** Cuts a byte stream into frames. `push` throws USB_HOST when the stream is not one of frames. */
export class FrameCutter {
  #rest: Buffer = Buffer.alloc(0);

  *push(chunk: Buffer): Generator<Frame> {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= LENGTH_BYTES) {
      const length = bytes.readUInt32LE(0);
      if (length < HEAD_BYTES - LENGTH_BYTES || length > FRAME_BYTES_MAX)
        throw new Fault('USB_HOST', { reason: 'not a bench', frameBytes: length });
      const end = LENGTH_BYTES + length;
      if (bytes.length < end) break;
      yield {
        kind: bytes[LENGTH_BYTES] ?? 0,
        id: bytes.readUInt32LE(LENGTH_BYTES + 1),
        payload: bytes.subarray(HEAD_BYTES, end),
      };
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
  }
}

const CONTROL_HEAD_BYTES = 19;
/** The host has not had an answer yet. */
const HOST_TIME_UNKNOWN = 0xffff_ffff;

/** One control transfer on its way to the bench. */
export interface ControlAsk {
  readonly handle: number;
  readonly request: number;
  readonly value: number;
  /** Bytes the host has room for; 0 on the way out. */
  readonly length: number;
  readonly timeoutMs: number;
  /** How long the host itself took since the last answer, so that the bench need not charge it for the way; null before the first. */
  readonly hostMs: number | null;
  readonly data: Uint8Array;
}

/** Handle u32, timeout u32, length u32, host time in microseconds u32, value u16, request u8, then the data. */
export function controlPayload(ask: ControlAsk): Buffer {
  const bytes = Buffer.allocUnsafe(CONTROL_HEAD_BYTES + ask.data.length);
  bytes.writeUInt32LE(ask.handle, 0);
  bytes.writeUInt32LE(Math.min(Math.round(ask.timeoutMs), 0xffff_ffff), 4);
  bytes.writeUInt32LE(ask.length, 8);
  bytes.writeUInt32LE(
    ask.hostMs === null ? HOST_TIME_UNKNOWN : Math.min(Math.round(ask.hostMs * 1000), HOST_TIME_UNKNOWN - 1),
    12,
  );
  bytes.writeUInt16LE(ask.value, 16);
  bytes[18] = ask.request;
  bytes.set(ask.data, CONTROL_HEAD_BYTES);
  return bytes;
}

/** The control transfer in a payload. Throws REQUEST_INVALID when it is cut short. */
export function controlOf(payload: Buffer): ControlAsk {
  if (payload.length < CONTROL_HEAD_BYTES) throw new Fault('REQUEST_INVALID', { reason: 'control transfer cut short' });
  const hostUs = payload.readUInt32LE(12);
  return {
    handle: payload.readUInt32LE(0),
    timeoutMs: payload.readUInt32LE(4),
    length: payload.readUInt32LE(8),
    hostMs: hostUs === HOST_TIME_UNKNOWN ? null : hostUs / 1000,
    value: payload.readUInt16LE(16),
    request: payload[18] ?? 0,
    data: payload.subarray(CONTROL_HEAD_BYTES),
  };
}

const TROUBLES: readonly TransferTrouble[] = ['stall', 'timeout', 'gone', 'protocol', 'host'];

/** An error as JSON, so that it is the same error on the other side. */
export function packError(error: unknown): object {
  if (error instanceof TransferError) return { trouble: error.trouble, message: error.message };
  if (error instanceof Fault) return { fault: error.code, details: error.details };
  return { message: error instanceof Error ? error.message : String(error) };
}

/** The error in a payload of kind `failed`; what makes no sense becomes USB_HOST. */
export function unpackError(payload: Buffer): Error {
  const packed = parseJson(payload) as Partial<Record<'trouble' | 'fault' | 'message' | 'details', unknown>>;
  const trouble = TROUBLES.find((known) => known === packed.trouble);
  const message = String(packed.message);
  if (trouble) return new TransferError(trouble, message);
  const code = FAULT_CODES.find((known) => known === packed.fault);
  if (code) return new Fault(code, packed.details as FaultDetails);
  return new Fault('USB_HOST', { reason: message.slice(0, 500) });
}

/** The JSON in a payload. Throws REQUEST_INVALID when it is none. */
export function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch (cause) {
    throw new Fault('REQUEST_INVALID', { reason: 'not JSON' }, { cause });
  }
}
