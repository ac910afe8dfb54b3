import type { ComponentChildren } from 'preact';
import type { Refusal } from '../station/request.ts';

/** What the station refused, and what to do about it. */
export function RefusalNotice({ refusal, onDismiss }: { refusal: Refusal | null; onDismiss?: () => void }) {
  if (refusal === null) return null;
  return (
    <div class="notice" data-tone="error" role="alert">
      <div>
        <p>
          <strong>{refusal.says}</strong> {refusal.action}
        </p>
        {refusal.lines.map((line) => (
          <p key={line} class="fine">
            {line}
          </p>
        ))}
        {refusal.code !== null && <p class="fine code">{refusal.code}</p>}
      </div>
      {onDismiss !== undefined && (
        <button type="button" onClick={onDismiss}>
          Dismiss
        </button>
      )}
    </div>
  );
}

/** A place with nothing in it yet says what belongs there and how it gets there. */
export function EmptyPlace({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="empty-place">
      <h2>{title}</h2>
      <div>{children}</div>
    </div>
  );
}
