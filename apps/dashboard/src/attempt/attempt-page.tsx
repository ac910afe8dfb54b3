import { type Attempt, FAULTS, type FaultCode, type FaultDetails } from '@flashline/contracts';
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { bench } from '../live/this-bench.ts';
import { RefusalNotice } from '../parts/notice.tsx';
import { OutcomeWord } from '../parts/outcome.tsx';
import type { Answer } from '../station/request.ts';
import { fetchAttempt } from '../station/station-api.ts';
import { wallTime } from '../words/formats.ts';
import { DigestTable } from './digest-table.tsx';
import { IdentityFacts } from './identity-facts.tsx';
import { PhaseTable } from './phase-table.tsx';

/** One attempt in full. */
export function AttemptPage({ attemptId }: { attemptId: string }) {
  const answer = useAttempt(attemptId);
  return (
    <main id="main" class="attempt-page" tabIndex={-1}>
      <nav aria-label="Back">
        <a href="/log">All attempts</a>
      </nav>
      {answer === null && <h1>Attempt</h1>}
      {answer?.kind === 'refused' && (
        <>
          <h1>Attempt</h1>
          <RefusalNotice refusal={answer.refusal} />
        </>
      )}
      {answer?.kind === 'ok' && <Sheet attempt={answer.value} />}
    </main>
  );
}

/** The attempt as recorded; one that is in work is replaced by its record the moment that is committed. */
function useAttempt(attemptId: string): Answer<Attempt> | null {
  const answer = useSignal<Answer<Attempt> | null>(null);
  const online = bench.link.value.is === 'online';
  useEffect(() => {
    if (!online) return;
    const request = new AbortController();
    void fetchAttempt(attemptId, request.signal).then((got) => {
      if (!request.signal.aborted) answer.value = got;
    });
    return () => request.abort();
  }, [attemptId, online]);
  const live = bench.recent.value.find((attempt) => attempt.attemptId === attemptId);
  if (live !== undefined) return { kind: 'ok', value: live };
  return answer.value;
}

function Sheet({ attempt }: { attempt: Attempt }) {
  const { date, time } = wallTime(attempt.assignedAt);
  const { result } = attempt;
  return (
    <>
      <header class="page-head">
        <h1>
          <span class="sheet-label">{attempt.label}</span>
          <OutcomeWord attempt={attempt} />
        </h1>
        <p>
          {attempt.simulated && <span class="tag-simulated">Simulated: does not count as production</span>}{' '}
          <span class="when">
            {date} {time} local time
          </span>
        </p>
      </header>
      {result !== null && result.fault !== null && <FaultPart fault={result.fault} details={result.faultDetails} />}
      <div class="sheet">
        <Part title="Proof">
          <DigestTable attempt={attempt} />
        </Part>
        <Part title="Phases">{result === null ? <p>The attempt is in work.</p> : <PhaseTable result={result} />}</Part>
        <IdentityFacts attempt={attempt} />
      </div>
    </>
  );
}

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="part">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function FaultPart({ fault, details }: { fault: FaultCode; details: FaultDetails | null }) {
  const { says, blames, do: advice } = FAULTS[fault];
  const facts = Object.entries(details ?? {});
  return (
    <section class="part fault" data-tone={blames === 'board' ? 'fail' : blames === 'person' ? 'aborted' : 'error'}>
      <h2>{says}</h2>
      <p>{advice}</p>
      <dl class="facts">
        <div>
          <dt>Fault</dt>
          <dd class="code">{fault}</dd>
        </div>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="code">{String(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
