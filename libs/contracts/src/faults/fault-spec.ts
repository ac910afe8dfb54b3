/** Who or what a fault blames. It decides the outcome: yield counts boards, so a station's trouble must never look like theirs. */
export type Blame = 'board' | 'station' | 'order' | 'person' | 'request';

/** One row of the fault catalogue: what happened, whom it blames, what the person in front of it does. */
export interface FaultSpec {
  readonly says: string;
  readonly blames: Blame;
  readonly do: string;
  /** True when the same thing may succeed if it is simply done again. */
  readonly retry: boolean;
}
