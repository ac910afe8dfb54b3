import type { Journal, Seat } from '@flashline/store';

/** A seating that had an attempt before the worker was restarted. */
export interface RememberedSeat extends Omit<Seat, 'address'> {
  /** Where its board was seen last; null when that says nothing any more. */
  readonly address: number | null;
  readonly hasPassed: boolean;
}

/**
 * Who sat where before a restart. A computer that has restarted since the attempt began, at `bootedMs` of its wall clock, counts its
 * USB addresses anew.
 */
export function rememberedSeats(journal: Pick<Journal, 'seats' | 'look'>, bootedMs: number): RememberedSeat[] {
  return journal.seats().map((seat) => {
    const known = journal.look(seat.attemptId);
    if (known.is !== 'ended') return { ...seat, hasPassed: false };
    const { result, assignment } = known.report;
    const isOfThisBoot = Date.parse(assignment.assignedAt) >= bootedMs;
    return { ...seat, address: isOfThisBoot ? seat.address : null, hasPassed: result.outcome === 'pass' };
  });
}
