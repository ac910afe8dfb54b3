import type { Computer } from './computer.ts';

/** Open files that are looked at in all: a busy computer has some ten thousand. */
const LINKS_MAX = 200_000;

/** A process that has a device open. */
interface Holder {
  readonly pid: number;
  readonly name: string;
  readonly device: string;
}

/** Who has one of these devices open, from the links in /proc (proc(5)). */
export interface Holders {
  readonly found: readonly Holder[];
  /** False when there were processes whose open files this user may not see. */
  readonly isComplete: boolean;
}

/** The processes of this name; the kernel keeps 15 characters of it. */
export async function processesNamed(computer: Computer, wanted: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const pid of await processes(computer)) {
    const name = await nameOf(computer, pid);
    if (name === wanted) found.push(pid);
  }
  return found;
}

/** Looks through the open files of every process that this user may look into. */
export async function holdersOf(computer: Computer, devices: ReadonlySet<string>): Promise<Holders> {
  const found: Holder[] = [];
  let isComplete = true;
  let left = LINKS_MAX;
  for (const pid of await processes(computer)) {
    const files = await computer.list(`/proc/${pid}/fd`);
    // A process that has ended meanwhile holds nothing.
    if (files === null && (await nameOf(computer, pid)) !== null) isComplete = false;
    for (const file of files ?? []) {
      if (left-- === 0) return { found, isComplete: false };
      const device = await computer.linkTarget(`/proc/${pid}/fd/${file}`);
      if (device === null || !devices.has(device)) continue;
      found.push({ pid, name: (await nameOf(computer, pid)) ?? '?', device });
    }
  }
  return { found, isComplete };
}

async function processes(computer: Computer): Promise<readonly number[]> {
  const names = (await computer.list('/proc')) ?? [];
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

async function nameOf(computer: Computer, pid: number): Promise<string | null> {
  return (await computer.readText(`/proc/${pid}/comm`))?.trim() ?? null;
}
