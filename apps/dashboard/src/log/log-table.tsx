import type { Attempt } from '@flashline/contracts';
import { OutcomeWord, ProofWord } from '../parts/outcome.tsx';
import { durationText, shortHash, wallTime } from '../words/formats.ts';

/** Attempts as rows; each opens its record. */
export function LogTable({ attempts }: { attempts: readonly Attempt[] }) {
  return (
    <div class="table-frame">
      <table class="log-table">
        <caption class="unseen">Attempts, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Local time</th>
            <th scope="col">Slot</th>
            <th scope="col">Outcome</th>
            <th scope="col">Fault</th>
            <th scope="col">Unit</th>
            <th scope="col">Order</th>
            <th scope="col">Station</th>
            <th scope="col">Image</th>
            <th scope="col">Read-back</th>
            <th scope="col" class="number">
              Duration
            </th>
          </tr>
        </thead>
        <tbody>
          {attempts.map((attempt) => (
            <Row key={attempt.attemptId} attempt={attempt} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ attempt }: { attempt: Attempt }) {
  const { date, time } = wallTime(attempt.assignedAt);
  const { result } = attempt;
  return (
    <tr>
      <th scope="row">
        <a href={`/log/${attempt.attemptId}`}>
          <span class="date">{date}</span> {time}
        </a>
      </th>
      <td class="slot-label">{attempt.label}</td>
      <td>
        <OutcomeWord attempt={attempt} />
      </td>
      <td class="code">{result?.fault ?? ''}</td>
      <td class="code">{attempt.unit ?? ''}</td>
      <td class="code">{attempt.orderId ?? ''}</td>
      <td>
        {attempt.station}
        {attempt.simulated && (
          <>
            {' '}
            <span class="tag-simulated">SIM</span>
          </>
        )}
      </td>
      <td class="code">{shortHash(attempt.image)}</td>
      <td>
        <ProofWord attempt={attempt} />
      </td>
      <td class="number">{result === null ? '' : durationText(result.durationMs)}</td>
    </tr>
  );
}
