import type { Finding, State } from './verdict.ts';

const WORDS = { ok: 'ok', warn: 'WARNING', bad: 'BAD', unknown: 'unknown', skipped: 'skipped' } as const;

/** What was found, for people: a line for each check, and below it what to do. */
export function reportOf(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ id }) => id.length));
  const shown = findings.filter(({ state }) => state !== 'skipped');
  const lines = shown.flatMap(({ id, state, says, do: steps }) => [
    `${WORDS[state].padEnd(7)}  ${id.padEnd(width)}  ${says}`,
    ...steps.map((step) => `${' '.repeat(7 + 2 + width)}    ${step}`),
  ]);
  return [...lines, ...skippedLines(findings, width), '', summary(findings)].join('\n');
}

/** Checks that were skipped for one reason share a line. */
function skippedLines(findings: readonly Finding[], width: number): string[] {
  const reasons = Map.groupBy(
    findings.filter(({ state }) => state === 'skipped'),
    ({ says }) => says,
  );
  return Array.from(reasons, ([says, [first, ...others]]) => {
    const also = others.length === 0 ? '' : ` Also for ${others.map(({ id }) => id).join(', ')}.`;
    return `${WORDS.skipped.padEnd(7)}  ${(first?.id ?? '').padEnd(width)}  ${says}${also}`;
  });
}

function summary(findings: readonly Finding[]): string {
  const count = (wanted: State) => findings.filter(({ state }) => state === wanted).length;
  const [bad, warnings, unknowns] = [count('bad'), count('warn'), count('unknown')];
  const unsure = unknowns === 0 ? '' : ` ${unknowns} could not be found out.`;
  if (bad === 0 && warnings === 0) return `Nothing is wrong.${unsure}`;
  const parts = [
    ...(bad > 0 ? [`${bad} bad`] : []),
    ...(warnings > 0 ? [warnings === 1 ? '1 warning' : `${warnings} warnings`] : []),
  ];
  return `${parts.join(', ')}.${unsure} What to do stands below each.`;
}
