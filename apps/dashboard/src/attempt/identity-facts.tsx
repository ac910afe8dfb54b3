import type { Attempt, AttemptResult } from '@flashline/contracts';
import type { ComponentChildren } from 'preact';
import { hex16, usbIdText } from '../words/formats.ts';

type Fact = readonly [name: string, value: ComponentChildren];

/** What the attempt was made on and made with: board, place, order, ids and times. */
export function IdentityFacts({ attempt }: { attempt: Attempt }) {
  return (
    <>
      <FactPart title="Board" note={boardNote(attempt)} facts={boardFacts(attempt)} />
      {attempt.result?.application && <FactPart title="Firmware that came up" facts={firmwareFacts(attempt.result)} />}
      <FactPart title="Place and order" facts={placeFacts(attempt)} />
      <FactPart title="Record" facts={recordFacts(attempt)} />
    </>
  );
}

interface FactPartProps {
  readonly title: string;
  readonly note?: string | null;
  readonly facts: readonly Fact[];
}

function FactPart({ title, note = null, facts }: FactPartProps) {
  return (
    <section class="part">
      <h2>{title}</h2>
      {note !== null && <p>{note}</p>}
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="code">{value ?? '–'}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function boardNote({ result }: Attempt): string | null {
  return result !== null && result.board === null ? 'The attempt ended before the board was identified.' : null;
}

function boardFacts({ unit, seatingId, result }: Attempt): readonly Fact[] {
  const board = result?.board ?? null;
  const own: readonly Fact[] =
    board === null
      ? []
      : [
          ['USB id', usbIdText(board.vendorId, board.productId)],
          ['Device release', `0x${hex16(board.bcdDevice)}`],
          ['USB serial', board.usbSerial],
          ['Memory layout', board.layout],
        ];
  return [['Unit serial', unit], ...own, ['Seating', seatingId]];
}

function firmwareFacts({ application }: Pick<AttemptResult, 'application'>): readonly Fact[] {
  if (application === null) return [];
  const { vendorId, productId, usbSerial, version } = application;
  return [
    ['USB id', usbIdText(vendorId, productId)],
    ['USB serial', usbSerial],
    ['Version', version],
  ];
}

function placeFacts({ station, label, slot, orderId, image }: Attempt): readonly Fact[] {
  return [
    ['Station', station],
    ['Slot', `${label} · ${slot}`],
    ['Work order', orderId === null ? null : <a href={`/log?orderId=${encodeURIComponent(orderId)}`}>{orderId}</a>],
    ['Image file, SHA-256', image],
  ];
}

function recordFacts({ attemptId, seq, assignedAt, recordedAt, result }: Attempt): readonly Fact[] {
  return [
    ['Attempt', attemptId],
    ['Number', seq],
    ['Assigned, UTC', assignedAt],
    ['Started, UTC', result?.startedAt],
    ['Ended, UTC', result?.endedAt],
    ['Recorded, UTC', recordedAt],
    ['Tool version', result?.toolVersion],
  ];
}
