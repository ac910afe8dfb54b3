import type { Attempt, BenchSlot, PhaseName, Slot, SlotState } from '@flashline/contracts';

/** How far an attempt is, as far as anybody has heard. */
export interface Progress {
  readonly attemptId: string;
  readonly phase: PhaseName;
  /** 0 to 0.99. */
  readonly fraction: number;
}

/** The station a slot belongs to. */
export interface SlotOwner {
  readonly station: string;
  readonly simulated: boolean;
  readonly online: boolean;
  /** It cannot see its slots: nothing of what it says of them may be shown as if it were so now. */
  readonly blind: boolean;
}

type Seated = Extract<BenchSlot['state'], { seating: unknown }>;

/** The last percent is the committed record: an attempt that has ended without one stays here. */
const FRACTION_MAX = 0.99;

/**
 * What a slot shows to people: the worker's word joined with the ledger's. `latest` is the latest attempt that the ledger
 * knows of the board in it. Only a recorded attempt makes a slot `done`. Pure.
 */
export function slotView(owner: SlotOwner, bench: BenchSlot, latest: Attempt | null, progress: Progress | null): Slot {
  const { station, simulated } = owner;
  const isKnown = owner.online && (!owner.blind || bench.state.is === 'running');
  const state = isKnown ? stateOf(bench.state, latest, progress) : ({ is: 'offline' } as const);
  return { station, slot: bench.slot, label: bench.label, simulated, state };
}

function stateOf(bench: BenchSlot['state'], latest: Attempt | null, progress: Progress | null): SlotState {
  switch (bench.is) {
    case 'empty':
    case 'stranger':
      return bench;
    case 'waiting':
    case 'running':
    case 'ended':
      return seatedState(bench, latest, progress);
    default:
      return bench satisfies never;
  }
}

/**
 * The ledger and the worker hear of things in any order: the worker may not yet run what is assigned, or not yet have said that it is
 * done with what is recorded. Until it has, nothing else can be started there, so the slot is not shown as done either.
 */
function seatedState(bench: Seated, latest: Attempt | null, progress: Progress | null): SlotState {
  const { id: seatingId, since, board } = bench.seating;
  const onBoard = { seatingId, since, board };
  const heldId = 'attemptId' in bench ? bench.attemptId : null;
  if (latest !== null && latest.result === null && latest.attemptId !== heldId)
    return { is: 'queued', ...onBoard, attemptId: latest.attemptId };
  if (latest !== null && latest.result !== null && bench.is !== 'running') {
    const { outcome, fault } = latest.result;
    const { present, ready } = { present: true, ...bench };
    return { is: 'done', ...onBoard, present, ready, attemptId: latest.attemptId, outcome, fault };
  }
  if (bench.is === 'waiting') return { is: 'waiting', ...onBoard, ready: bench.ready, perhapsOf: bench.perhapsOf };
  const { attemptId } = bench;
  const own = progress?.attemptId === attemptId ? progress : null;
  const hasEnded = bench.is === 'ended' || (latest?.attemptId === attemptId && latest.result !== null);
  const fraction = hasEnded ? FRACTION_MAX : Math.min(own?.fraction ?? 0, FRACTION_MAX);
  return { is: 'running', ...onBoard, attemptId, phase: own?.phase ?? null, progress: fraction };
}
