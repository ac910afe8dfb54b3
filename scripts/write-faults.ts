// Writes docs/faults.md from the fault catalogue: `node scripts/write-faults.ts`.
import { writeFileSync } from 'node:fs';
import { type Blame, FAULT_CODES, FAULTS } from '@flashline/contracts';

const GROUPS: Readonly<Record<Blame, string>> = {
  board: 'The board (outcome `fail`)',
  station: 'The station (outcome `error`)',
  order: 'The order (outcome `error`)',
  person: 'A person (outcome `aborted`)',
  request: 'The request: bad input, or something in its way (command line and API)',
};

const lines = [
  '# Faults',
  '',
  'Every fault the station can name, what it means and what to do. Whom a fault blames decides the outcome of an attempt:',
  'yield counts boards, so the trouble of a station never looks like the trouble of a board.',
  '',
  'This page is written by `node scripts/write-faults.ts`; a test keeps it equal to the catalogue in `libs/contracts`.',
];
let group: Blame | null = null;
for (const code of FAULT_CODES) {
  const { says, blames, do: action, retry } = FAULTS[code];
  if (blames !== group) lines.push('', `## ${GROUPS[blames]}`);
  group = blames;
  lines.push('', `### ${code}`, '', says, `**Do:** ${action}`, retry ? 'A retry may help.' : 'A retry does not help.');
}
writeFileSync(new URL('../docs/faults.md', import.meta.url), `${lines.join('\n')}\n`);
