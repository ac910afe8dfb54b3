import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../../docs/bench.md', import.meta.url));

/** One part of the bench, measured. */
export interface Section {
  readonly title: string;
  /** What was measured, and how. */
  readonly says: readonly string[];
  readonly table: string;
  /** What the figures do not say themselves. */
  readonly notes: readonly string[];
  /** Figures of DESIGN.md 8 that were missed, in words; none when all were met. */
  readonly missed: readonly string[];
}

/** The machine and its mood: how busy it was with other things when the bench began. */
export interface Machine {
  readonly computer: string;
  readonly node: string;
  readonly when: string;
  readonly commit: string;
  readonly load: number;
}

/** Looks at the machine before anything is measured on it. */
export function machineNow(): Machine {
  const [cpu] = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  return {
    computer: `${cpus().length} cores of ${cpu?.model.trim() ?? 'an unknown processor'}, ${gib} GiB, ${process.platform}`,
    node: process.version,
    when: new Date().toISOString().slice(0, 10),
    commit: commitNow(),
    load: loadavg()[0] ?? 0,
  };
}

/** A section as it is printed and as it stands in the page. */
export function textOf({ title, says, table, notes, missed }: Section): string {
  const verdict = missed.length === 0 ? [] : [`MISSED: ${missed.join('; ')}.`];
  const list = notes.map((note) => `* ${note}`).join('\n');
  return [`## ${title}`, says.join('\n'), table, ...verdict, ...(list === '' ? [] : [list])].join('\n\n');
}

/** Writes docs/bench.md. */
export async function writePage(machine: Machine, sections: readonly Section[]): Promise<void> {
  const { computer, node, when, commit, load } = machine;
  const head = `# How fast

Written by \`npm run bench -- --write\` on ${when}, at ${commit}: ${computer}, Node.js ${node}; load average ${load.toFixed(1)} before it
began. Seconds are real: the boards are virtual, and take the time that silicon and wire take (\`libs/virtual-boards\`). To
repeat: \`npm run bench\` for everything below, or one of \`npm run bench -- parts [name …]\`, \`others\`, \`station\`, \`soak\`. It exits
with 1 when a figure that the project promises itself is missed. A busy machine makes the figures of the station worse, and the
others hardly.`;
  await writeFile(PAGE, `${[head, ...sections.map(textOf)].join('\n\n')}\n`);
}

function commitNow(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
    const isClean = git('status', '--porcelain') === '';
    return `commit ${git('rev-parse', '--short', 'HEAD')}${isClean ? '' : ' with changes'}`;
  } catch {
    return 'an unknown commit';
  }
}
