import type { AttemptResult, PhaseName } from '@flashline/contracts';
import { bytesText, countText, durationText, rateText } from '../words/formats.ts';
import { phaseSpans } from './phase-spans.ts';

const NAMES: Readonly<Record<PhaseName, string>> = {
  enter: 'Ask',
  identify: 'Identify',
  plan: 'Plan',
  erase: 'Erase',
  write: 'Write',
  verify: 'Verify',
  lock: 'Lock',
  leave: 'Leave',
  confirm: 'Confirm',
};

/** Where the time of an attempt went: every phase as a bar on one time line, and as figures. */
export function PhaseTable({ result }: { result: AttemptResult }) {
  const { phases, durationMs, transfers } = result;
  if (phases.length === 0) return <p>No phase was finished: the attempt ended after {durationText(durationMs)}.</p>;
  return (
    <table class="plain phases">
      <caption class="unseen">Phases and their times</caption>
      <thead>
        <tr>
          <th scope="col">Phase</th>
          <th scope="col" class="bar-column">
            <span class="unseen">Share of the time</span>
          </th>
          <th scope="col" class="number">
            Time
          </th>
          <th scope="col" class="number">
            Data
          </th>
          <th scope="col" class="number">
            Rate
          </th>
        </tr>
      </thead>
      <tbody>
        {phaseSpans(phases, durationMs).map(({ phase, startPercent, widthPercent }) => (
          <tr key={phase.name}>
            <th scope="row">{NAMES[phase.name]}</th>
            <td class="bar-column">
              <svg class="phase-bar" data-phase={phase.name} aria-hidden="true">
                <rect x={`${startPercent}%`} width={`${Math.max(0.6, widthPercent)}%`} height="100%" />
              </svg>
            </td>
            <td class="number">{durationText(phase.ms)}</td>
            <td class="number">{phase.bytes === 0 ? '' : bytesText(phase.bytes)}</td>
            <td class="number">{rateText(phase.bytes, phase.ms) ?? ''}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Whole</th>
          <td class="bar-column fine">{countText(transfers)} USB transfers</td>
          <td class="number">{durationText(durationMs)}</td>
          <td />
          <td />
        </tr>
      </tfoot>
    </table>
  );
}
