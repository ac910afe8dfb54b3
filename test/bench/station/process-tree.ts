import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second for its users, whatever the kernel's own clock is (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** What a process and everything it started use, together. */
export interface TreeUse {
  readonly processes: number;
  /** Of the living, and of the dead whom a living one has waited for. */
  readonly cpuSeconds: number;
  readonly memoryMiB: number;
  /** PSS shares pages out among those who map them; where the kernel does not tell, RSS counts them for each. */
  readonly memoryIs: 'PSS' | 'RSS';
}

/** One process, as /proc/PID/stat tells it. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly cpuSeconds: number;
}

/** Looks at a process tree now. */
export function treeUse(root: number): TreeUse {
  const tree = treeOf(root, allProcesses());
  const memories = tree.map(({ pid }) => memoryOf(pid));
  return {
    processes: tree.length,
    cpuSeconds: tree.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    memoryMiB: memories.reduce((sum, { kib }) => sum + kib, 0) / 1024,
    memoryIs: memories.every(({ is }) => is === 'PSS') ? 'PSS' : 'RSS',
  };
}

/** Files, sockets and pipes that a process and all its descendants have open. */
export function descriptorsOf(root: number): number {
  return treeOf(root, allProcesses()).reduce((sum, { pid }) => sum + readdirSync(`/proc/${pid}/fd`).length, 0);
}

function allProcesses(): readonly ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readStat(Number(pid)))
    .filter((stat) => stat !== null);
}

/** A process and all its descendants. */
export function treeOf(root: number, all: readonly ProcessStat[]): ProcessStat[] {
  const children = all.filter(({ parent }) => parent === root).flatMap(({ pid }) => treeOf(pid, all));
  return [...all.filter(({ pid }) => pid === root), ...children];
}

/** Reads a line of /proc/PID/stat (proc(5)): the name in its second field may hold anything. */
export function parseStat(line: string): ProcessStat {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  // state, ppid, …; utime, stime, cutime, cstime are fields 14 to 17 of the whole line.
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid: Number.parseInt(line, 10), parent: Number(fields[1]), cpuSeconds: ticks / TICKS_PER_SECOND };
}

/** The KiB behind a name in /proc/PID/smaps_rollup or /proc/PID/status; 0 when it is not there. */
export function kibIn(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0);
}

function memoryOf(pid: number): { readonly kib: number; readonly is: 'PSS' | 'RSS' } {
  const pss = kibIn(read(`/proc/${pid}/smaps_rollup`), 'Pss');
  return pss > 0 ? { kib: pss, is: 'PSS' } : { kib: kibIn(read(`/proc/${pid}/status`), 'VmRSS'), is: 'RSS' };
}

function readStat(pid: number): ProcessStat | null {
  const line = read(`/proc/${pid}/stat`);
  return line === '' ? null : parseStat(line);
}

/** What ended while we looked has nothing to tell. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
