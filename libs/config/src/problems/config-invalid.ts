import { type ConfigProblem, ConfigProblems, Fault } from '@flashline/contracts';

/** More than a person takes in at once are only counted. */
export const PROBLEMS_MAX = 20;
/** Names in a file that is something else can be as long as the file. */
const TEXT_MAX = 400;

/**
 * The fault for a file: CONFIG_INVALID with the facts of the first problem, with how many there are when there are several, and with
 * all of them behind it.
 */
export function configInvalid(file: string, problems: readonly ConfigProblem[]): Fault {
  const told = problems.slice(0, PROBLEMS_MAX).map(shortened);
  const [first] = told;
  return new Fault(
    'CONFIG_INVALID',
    {
      file,
      ...(first?.line != null && { line: first.line }),
      ...(first?.field != null && { field: first.field }),
      ...(first && { reason: first.reason }),
      ...(problems.length > 1 && { problems: problems.length }),
    },
    { cause: new ConfigProblems(file, told, problems.length - told.length) },
  );
}

function shortened({ line, field, reason }: ConfigProblem): ConfigProblem {
  return { line, field: field === null ? null : short(field), reason: short(reason) };
}

function short(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
}
