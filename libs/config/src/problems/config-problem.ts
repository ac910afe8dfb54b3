import { Fault } from '@flashline/contracts';

/** One thing that is wrong in a file that a person wrote. */
export interface ConfigProblem {
  /** Counted from 1; null where it is not known. */
  readonly line: number | null;
  /** Names from the top of the file, entries of lists counted from 0, as in `slots.1.path`; null for the file as a whole. */
  readonly field: string | null;
  /** What stands there, and what would be right. */
  readonly reason: string;
}

/** What is wrong with a file: as many problems as a person takes in at once, and how many more there are. */
export interface ConfigProblems {
  readonly file: string;
  readonly problems: readonly ConfigProblem[];
  readonly more: number;
}

/** More than a person takes in at once are only counted. */
export const PROBLEMS_MAX = 20;
/** Names in a file that is something else can be as long as the file. */
const TEXT_MAX = 400;

/** Everything that is wrong, behind a fault: the facts of a fault are flat. */
class WrongConfig extends Error implements ConfigProblems {
  readonly file: string;
  readonly problems: readonly ConfigProblem[];
  readonly more: number;

  constructor(file: string, problems: readonly ConfigProblem[]) {
    super('the configuration is not valid');
    this.file = file;
    this.problems = problems.slice(0, PROBLEMS_MAX).map(shortened);
    this.more = Math.max(0, problems.length - PROBLEMS_MAX);
  }
}

/** The fault for a file: CONFIG_INVALID with the facts of the first problem, and with how many there are when there are several. */
export function configInvalid(file: string, problems: readonly ConfigProblem[]): Fault {
  const cause = new WrongConfig(file, problems);
  const [first] = cause.problems;
  return new Fault(
    'CONFIG_INVALID',
    {
      file,
      ...(first?.line != null && { line: first.line }),
      ...(first?.field != null && { field: first.field }),
      ...(first && { reason: first.reason }),
      ...(problems.length > 1 && { problems: problems.length }),
    },
    { cause },
  );
}

/** All that is wrong with the file that a fault is about; null for a fault about anything else. */
export function configProblems({ cause }: Fault): ConfigProblems | null {
  return cause instanceof WrongConfig ? cause : null;
}

function shortened({ line, field, reason }: ConfigProblem): ConfigProblem {
  return { line, field: field === null ? null : short(field), reason: short(reason) };
}

function short(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
}
