import { join } from 'node:path';
import type { Mutation } from './mutation.ts';

/** The page that lists all mutations. */
export const PAGE = join(import.meta.dirname, '../../docs/mutations.md');

/** The mutations of one part of the engine. */
export interface Group {
  readonly title: string;
  readonly mutations: readonly Mutation[];
}

const HEAD = `# What the tests of the engine would notice

Each of these small wrong things was done to the decisions of \`libs/dfuse\`, one at a time, in a copy of the repository; each time
a test failed. \`npm run mutations\` does it again and says which test it was; \`npm run mutations -- --only 7\` does one. This page
is written by \`npm run mutations -- --write\` once all are caught.
`;

/** The page, as Markdown. */
export function pageOf(groups: readonly Group[]): string {
  let number = 0;
  const sections = groups.map(({ title, mutations }) => {
    const items = mutations.map((mutation) => {
      number += 1;
      return itemOf(number, mutation);
    });
    return `\n## ${title}\n\n${items.join('\n')}\n`;
  });
  return `${HEAD}${sections.join('')}`;
}

function itemOf(number: number, { file, find, replace, why }: Mutation): string {
  const change = replace === '' ? `without ${code(find)}` : `${code(find)} becomes ${code(replace)}`;
  return `${number}. The engine ${why}.\n   \`${file}\`: ${change}`;
}

/** Code on one line; two backticks, because code has single ones. */
function code(text: string): string {
  return `\`\` ${text.trim().replace(/\s+/g, ' ')} \`\``;
}
