import type { Fault } from './faults.ts';

/** One thing that is wrong in a file that a person wrote. */
export interface ConfigProblem {
  /** Counted from 1; null where it is not known. */
  readonly line: number | null;
  /** Names from the top of the file, entries of lists counted from 0, as in `slots.1.path`; null for the file as a whole. */
  readonly field: string | null;
  /** What stands there, and what would be right. */
  readonly reason: string;
}

/** All that is wrong with a file, as the cause of a fault: its own facts are flat. */
export class ConfigProblems extends Error {
  readonly file: string;
  /** As many as a person takes in at once. */
  readonly problems: readonly ConfigProblem[];
  /** How many there are besides. */
  readonly more: number;

  constructor(file: string, problems: readonly ConfigProblem[], more: number) {
    super('the configuration is not valid');
    this.file = file;
    this.problems = problems;
    this.more = more;
  }
}

/** All that is wrong with the file that a fault is about; null for a fault about anything else. */
export function configProblems({ cause }: Fault): ConfigProblems | null {
  return cause instanceof ConfigProblems ? cause : null;
}
