import { execFileSync } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { cpus, getPriority, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
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
  /** Promises that were missed, in words; none when all were kept. */
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
  /** How long it takes until a small write is on the disk: the median. */
  readonly syncMs: number;
}

/** Looks at the machine before anything is measured on it. */
export async function machineNow(): Promise<Machine> {
  const [cpu] = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  return {
    computer: `${cpus().length} cores of ${cpu?.model.trim() ?? 'an unknown processor'}, ${gib} GiB, ${process.platform}`,
    node: process.version,
    when: new Date().toISOString().slice(0, 10),
    commit: commitNow(),
    load: loadavg()[0] ?? 0,
    priority: getPriority(),
    syncMs: await syncMs(),
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
  const { computer, node, when, commit, load, priority, syncMs } = machine;
  const raised = priority === 0 ? '' : `, run at priority ${priority}`;
  const head = `# How fast

Written by \`npm run bench -- --write\` on ${when}, at ${commit}.
${computer}, Node.js ${node}; a synced write takes its disk ${syncMs.toFixed(1)} ms; load average ${load.toFixed(1)} before it began${raised}.

The boards are virtual and take, in real time, what silicon and wire take (\`libs/virtual-boards\`). \`npm run bench\` repeats everything
but the soak; \`npm run bench -- parts [name …]\`, \`others\`, \`station\` and \`soak [flashes]\` are its parts. It ends with exit code 1
when a figure is missed that the project promises itself. What else a computer does makes these figures worse, those of the
station most.`;
  await writeFile(PAGE, `${[head, ...sections.map(textOf)].join('\n\n')}\n`);
}

const SYNCS = 21;
const SYNCED_BYTES = 4096;

async function syncMs(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'flashline-bench-'));
  const file = await open(join(folder, 'sync'), 'w');
  const took: number[] = [];
  for (let n = 0; n < SYNCS; n++) {
    const beganMs = performance.now();
    await file.write(new Uint8Array(SYNCED_BYTES));
    await file.datasync();
    took.push(performance.now() - beganMs);
  }
  await file.close();
  await rm(folder, { recursive: true });
  return took.sort((a, b) => a - b)[SYNCS >> 1] ?? Number.NaN;
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
