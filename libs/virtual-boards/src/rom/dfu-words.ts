// Written from the specification and not taken from the engine: a wrong number on either side must break a test.

/** Class requests of DFU 1.1, table 3.2. */
export const REQUEST = {
  detach: 0,
  download: 1,
  upload: 2,
  getStatus: 3,
  clearStatus: 4,
  getState: 5,
  abort: 6,
} as const;

/** Device states of DFU 1.1, 6.1.2: the index is the number on the wire. */
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

/** Status codes of DFU 1.1, 6.1.2: the index is the number on the wire. */
export const DFU_STATUSES = [
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
export type DfuStatus = (typeof DFU_STATUSES)[number];

/** First byte of a DfuSe command (AN3156; sent by DNLOAD of block 0). */
export const COMMAND = { getCommands: 0x00, setAddress: 0x21, erase: 0x41, readUnprotect: 0x92 } as const;

/** The six bytes that answer GETSTATUS (DFU 1.1, 6.1.2). */
export function statusBytes(status: DfuStatus, state: DfuState, pollTimeoutMs: number): Uint8Array {
  const bytes = new Uint8Array(6);
  new DataView(bytes.buffer).setUint32(1, pollTimeoutMs, true);
  bytes[0] = DFU_STATUSES.indexOf(status);
  bytes[4] = DFU_STATES.indexOf(state);
  return bytes;
}
