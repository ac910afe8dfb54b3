import { computedByValue } from '../live/same-value.ts';
import { bench } from '../live/this-bench.ts';
import { Mark } from '../parts/mark.tsx';
import { elsewhereWords } from '../words/other-words.ts';

const words = computedByValue(() => elsewhereWords(bench.link.value.is === 'online' ? bench.stations.value : []));

/** One quiet line about ports that are no slots. */
export function Elsewhere() {
  const { misplaced, rest } = words.value;
  if (misplaced === null && rest === null) return null;
  return (
    <p class="elsewhere" role="status">
      {misplaced !== null && <Mark tone="stranger" />}
      {misplaced !== null && <strong>{misplaced}</strong>}
      {rest !== null && <span>{rest}</span>}
      <a href="/station">Show the ports</a>
    </p>
  );
}
