import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The living children of a process whose command line has this word, by process id, oldest first; none where there is no /proc. */
export function childrenOf(parent: number | undefined, word: string): number[] {
  if (!existsSync('/proc/self/status')) return [];
  const isChild = (pid: string) => {
    try {
      const owner = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return Number(owner) === parent && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word);
    } catch {
      return false; // It ended while we looked.
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isChild(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** Ends a process that may be frozen, or gone already. */
export function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
