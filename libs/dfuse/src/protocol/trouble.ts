import { asFault, Fault, type FaultCode, type FaultDetails } from '@flashline/contracts';
import { TransferError, type TransferTrouble } from '../port.ts';

/** The fault that a transfer's trouble ends in where nobody can do anything about it. */
export const FAULT_OF_TROUBLE = {
  gone: 'BOARD_GONE',
  timeout: 'BOARD_SILENT',
  stall: 'BOARD_STALLED',
  protocol: 'BOARD_GARBLED',
  host: 'USB_HOST',
} as const satisfies Record<TransferTrouble, FaultCode>;

/** What was thrown, as a fault that also tells where it happened. The facts it brings itself win. */
export function faultAt(thrown: unknown, facts: FaultDetails): Fault {
  if (thrown instanceof TransferError) {
    const details = { ...facts, trouble: thrown.trouble, reason: thrown.message.slice(0, 500) };
    return new Fault(FAULT_OF_TROUBLE[thrown.trouble], details, { cause: thrown });
  }
  const fault = asFault(thrown);
  return new Fault(fault.code, { ...facts, ...fault.details }, { cause: thrown });
}

/**
 * True for a transfer that may have failed by chance: no answer in time, a broken one, or a stall for which the device gives no
 * reason. Whether it had an effect is unknown.
 */
export function isTransient(thrown: unknown): boolean {
  return hasTrouble(thrown, 'timeout', 'protocol', 'stall');
}

/** True for a transfer error of one of these kinds. */
export function hasTrouble(thrown: unknown, ...troubles: readonly TransferTrouble[]): thrown is TransferError {
  return thrown instanceof TransferError && troubles.includes(thrown.trouble);
}
