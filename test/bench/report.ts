import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { cpus, getPriority, loadavg, totalmem } from 'node:os';
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
  /** As nice(1) counts it: 0 unless someone said otherwise. */
  readonly priority: number;
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
    priority: getPriority(),
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
  const { computer, node, when, commit, load, priority } = machine;
  const raised = priority === 0 ? '' : `, run at priority ${priority}`;
  const head = `# How fast

Written by \`npm run bench -- --write\` on ${when}, at ${commit}: ${computer}, Node.js ${node}; load average ${load.toFixed(1)} before it
began${raised}. The boards are virtual and take, in real time, what silicon and wire take (\`libs/virtual-boards\`). \`npm run bench\`
repeats everything but the soak; \`npm run bench -- parts [name …]\`, \`others\`, \`station\` and \`soak [flashes]\` are its parts. It
ends with exit code 1 when a figure is missed that the project promises itself (DESIGN.md 8). What else a computer does makes these
figures worse, those of the station most.`;
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
