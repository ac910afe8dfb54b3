/** One small wrong thing in the engine, which some test must see. */
export interface Mutation {
  /** Below libs/dfuse/src. */
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** What the engine does wrong then. */
  readonly why: string;
  /** The tests that should see it: beside the code (`plan/work`), or of the whole engine (`engine/recipes`). */
  readonly first: readonly string[];
}

/** Every test that may see a mutation. */
export const ALL_TESTS = ['libs/dfuse', 'test/engine'] as const;

/** Where the engine is, from the root of the repository. */
export const ENGINE = 'libs/dfuse/src';

/** The file of a test that `first` names, from the root of the repository. */
export function testFile(name: string): string {
  return name.startsWith('engine/') ? `test/${name}.test.ts` : `${ENGINE}/${name}.test.ts`;
}

/** What is wrong with how a mutation is written down, or null when it can be applied to this text. */
export function misfit({ find, replace }: Mutation, text: string): string | null {
  const times = text.split(find).length - 1;
  if (times !== 1) return `what it replaces is there ${times} times`;
  return find === replace ? 'it replaces nothing' : null;
}
