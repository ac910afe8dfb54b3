import { asFault, Fault, type FaultCode } from '@flashline/contracts';

/** The ledger works and says no. */
const REFUSALS: ReadonlySet<FaultCode> = new Set([
  'NOT_FOUND',
  'SLOT_BUSY',
  'ORDER_EXISTS',
  'ORDER_STATE',
  'ORDER_OTHER_ACTIVE',
  'SIMULATION_MIXED',
]);

/** True when the ledger works and refused the request, so the disk is not to blame. */
export function isRefusal(thrown: unknown): thrown is Fault {
  return thrown instanceof Fault && REFUSALS.has(thrown.code);
}

/** Watches whether the ledger can still commit. While it cannot, no board may be started: its result would have no home. */
export class RecordGuard {
  #trouble: string | null = null;

  /** What is wrong, in plain words; null while records succeed. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Runs a write. Success ends the trouble; what is thrown passes through, and is trouble unless the ledger only refused. */
  write<T>(commit: () => T): T {
    try {
      const committed = commit();
      this.#trouble = null;
      return committed;
    } catch (thrown) {
      if (!isRefusal(thrown)) this.#trouble = `The ledger does not record: ${reasonOf(thrown)}`;
      throw thrown;
    }
  }
}

function reasonOf(thrown: unknown): string {
  const { details, message } = asFault(thrown, 'RECORD_FAILED');
  return String(details.reason ?? message).slice(0, 300);
}
