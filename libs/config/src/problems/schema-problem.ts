import type { ConfigProblem } from '@flashline/contracts';
import type { z } from 'zod';
import { PROBLEMS_MAX } from './config-invalid.ts';
import type { Written } from './written.ts';

/** Everything that a schema has to say of a file, in its order. `at` tells what stands where a field is, or should be. */
export function schemaProblems(
  { issues }: z.ZodError,
  at: (path: readonly PropertyKey[]) => Written,
): readonly ConfigProblem[] {
  return issues.flatMap(each).map(({ path, message, isWhole }, index) => {
    const field = path.length === 0 ? null : path.map(String).join('.');
    // What is only counted is not looked for: of a hundred thousand fields that nobody knows, that would take minutes.
    if (index >= PROBLEMS_MAX) return { line: null, field, reason: message };
    const { line, value } = at(path);
    return { line, field, reason: isWhole ? message : `is ${value ?? 'missing'}, ${message}` };
  });
}

/** One thing to tell. */
interface Complaint {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** True for a sentence that needs no word about what stands there. */
  readonly isWhole: boolean;
}

function each(issue: z.core.$ZodIssue): Complaint[] {
  const { path, message } = issue;
  if (issue.code === 'unrecognized_keys') {
    const words = message.split('\n');
    return issue.keys.map((key, index) => ({ path: [...path, key], message: words[index] ?? message, isWhole: true }));
  }
  return [{ path, message, isWhole: issue.code === 'custom' }];
}
