import { Fault } from '@flashline/contracts';

/** The states of a DFU device, by their number (DFU 1.1, 6.1.2). */
export const DFU_STATES = [
  'appIDLE',
  'appDETACH',
  'dfuIDLE',
  'dfuDNLOAD-SYNC',
  'dfuDNBUSY',
  'dfuDNLOAD-IDLE',
  'dfuMANIFEST-SYNC',
  'dfuMANIFEST',
  'dfuMANIFEST-WAIT-RESET',
  'dfuUPLOAD-IDLE',
  'dfuERROR',
] as const;
export type DfuState = (typeof DFU_STATES)[number];

/** The status codes of a DFU device, by their number (DFU 1.1, 6.1.2). */
export const DFU_STATUS_CODES = [
  'OK',
  'errTARGET',
  'errFILE',
  'errWRITE',
  'errERASE',
  'errCHECK_ERASED',
  'errPROG',
  'errVERIFY',
  'errADDRESS',
  'errNOTDONE',
  'errFIRMWARE',
  'errVENDOR',
  'errUSBR',
  'errPOR',
  'errUNKNOWN',
  'errSTALLEDPKT',
] as const;
type DfuStatusCode = (typeof DFU_STATUS_CODES)[number];

/** One answer to GETSTATUS. */
export interface DfuStatus {
  readonly status: DfuStatusCode;
  readonly state: DfuState;
  /** bwPollTimeout: what the device asks the host to wait before the next GETSTATUS. It is not a promise to be done. */
  readonly pollTimeoutMs: number;
}

/** Bytes in an answer to GETSTATUS: bStatus, bwPollTimeout (24 bits, little-endian), bState, iString. */
export const STATUS_BYTES = 6;

/** Reads an answer to GETSTATUS. Throws BOARD_GARBLED when it is short, long, or holds numbers that DFU does not know. */
export function decodeStatus(reply: Uint8Array): DfuStatus {
  const [statusCode = -1, low = 0, middle = 0, high = 0, stateCode = -1] = reply;
  const status = DFU_STATUS_CODES[statusCode];
  const state = DFU_STATES[stateCode];
  if (reply.length !== STATUS_BYTES || status === undefined || state === undefined) {
    throw new Fault('BOARD_GARBLED', {
      request: 'GETSTATUS',
      answer: Buffer.from(reply.subarray(0, 16)).toString('hex'),
    });
  }
  return { status, state, pollTimeoutMs: low | (middle << 8) | (high << 16) };
}

/** What an answer means to someone who waits for the device to reach a state. */
export type Poll =
  | { readonly kind: 'wait'; readonly reportedMs: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly status: DfuStatusCode; readonly state: DfuState };

/** What one answer to GETSTATUS means while we wait for `goal`. Status and state decide, never how long it took. */
export function classify(goal: DfuState, { status, state, pollTimeoutMs }: DfuStatus): Poll {
  if (status !== 'OK' || state === 'dfuERROR') return { kind: 'refused', status, state };
  if (state === goal) return { kind: 'ready' };
  switch (state) {
    case 'dfuDNLOAD-SYNC':
    case 'dfuDNBUSY':
    case 'dfuMANIFEST-SYNC':
    case 'dfuMANIFEST':
      return { kind: 'wait', reportedMs: pollTimeoutMs };
    case 'appIDLE':
    case 'appDETACH':
    case 'dfuIDLE':
    case 'dfuDNLOAD-IDLE':
    case 'dfuMANIFEST-WAIT-RESET':
    case 'dfuUPLOAD-IDLE':
      return { kind: 'refused', status, state };
    default:
      return state satisfies never;
  }
}
