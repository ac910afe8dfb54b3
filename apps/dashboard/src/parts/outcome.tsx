import type { Attempt } from '@flashline/contracts';
import { type Proof, proofOf } from '../log/log-rows.ts';
import { OUTCOME_WORDS, type Tone } from '../words/slot-face.ts';
import { Mark } from './mark.tsx';

/** How an attempt ended, as shape and word; one without a result is still in work. */
export function OutcomeWord({ attempt }: { attempt: Attempt }) {
  const outcome = attempt.result?.outcome ?? null;
  return (
    <span class="outcome" data-tone={outcome ?? 'running'}>
      <Mark tone={outcome ?? 'running'} />
      {outcome === null ? 'In work' : OUTCOME_WORDS[outcome]}
    </span>
  );
}

const PROOF_TONES: Readonly<Record<Proof, Tone>> = { equal: 'pass', differs: 'fail', none: 'aborted' };
const PROOF_WORDS: Readonly<Record<Proof, string>> = { equal: 'Equal', differs: 'Differs', none: 'None' };

/** Whether what was read back is what was intended. */
export function ProofWord({ attempt }: { attempt: Attempt }) {
  const proof = proofOf(attempt);
  return (
    <span class="outcome" data-tone={proof === 'none' ? 'empty' : PROOF_TONES[proof]}>
      {proof !== 'none' && <Mark tone={PROOF_TONES[proof]} />}
      {PROOF_WORDS[proof]}
    </span>
  );
}
