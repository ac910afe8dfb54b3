import type { ComponentChildren } from 'preact';
import type { Tone } from '../words/slot-face.ts';

/** One shape per tone, so that no state is told by colour alone. Drawn on 24 x 24. */
const SHAPES: Readonly<Record<Tone, ComponentChildren>> = {
  pass: <path d="M4 13l5.5 5.5L20.5 6" />,
  pulled: <path d="M4 13l5.5 5.5L20.5 6" />,
  fail: <path d="M5 5l14 14M19 5L5 19" />,
  error: <path d="M12 3.5 22 20.5H2zM12 10v4.6M12 17.4v.2" />,
  aborted: <path d="M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9.5 0 0 1 0-19zM7.5 12h9" />,
  stranger: <path d="M12 1.8 22.2 12 12 22.2 1.8 12zM9.6 9.8a2.4 2.4 0 1 1 3.7 2c-.9.6-1.3 1-1.3 2M12 16.4v.2" />,
  doubt: <path d="M9 5.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15 5.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z" />,
  boot0: <path d="M12 2.5v10M7.5 8.5 12 13l4.5-4.5M3.5 14v6.5h17V14" />,
  unit: <path d="M3 8V3.5h5M16 3.5h5V8M3 16v4.5h5M16 20.5h5V16M7.5 8v8M12 8v8M16.5 8v8" />,
  running: <path d="M5 5l7 7-7 7M13 5l7 7-7 7" />,
  queued: <path d="M5 12h.1M12 12h.1M19 12h.1" class="dots" />,
  waiting: <path d="M7 3h10M7 21h10M8 3c0 5 8 6 8 9s-8 4-8 9M16 3c0 5-8 6-8 9s8 4 8 9" />,
  empty: <path d="M8 2.5v5M16 2.5v5M5 7.5h14v4.2a7 7 0 0 1-14 0zM12 18.7v3" />,
  offline: (
    <path d="M8.5 6.5V2.5M16 2.5v5M9 7.5h10v4.2c0 1-.2 2-.6 2.8M15.4 17.8A7 7 0 0 1 5 11.7V7.5M12 18.7v3M2.5 2.5l19 19" />
  ),
};

/** The shape of a tone; it only repeats what the words beside it say. */
export function Mark({ tone }: { tone: Tone }) {
  return (
    <svg class="mark" data-tone={tone} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {SHAPES[tone]}
    </svg>
  );
}
