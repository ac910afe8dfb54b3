import type { Computer } from '../computer/computer.ts';
import { bad, ok, type Verdict, warn } from '../verdict.ts';

/** The Node.js that flashline is written for and tested with: it runs TypeScript as it stands from here on. */
const MAJOR = 24;

/** Whether this Node.js can run flashline, and is the one it is tested with. */
export async function nodeVersion({ nodeVersion: version }: Computer): Promise<Verdict> {
  const major = Number(version.split('.')[0]);
  if (major === MAJOR) return ok(`Node.js ${version}.`);
  if (major > MAJOR)
    return warn(`Node.js ${version} is newer than the ${MAJOR} that flashline is tested with.`, [
      'npx flashline doctor   # npx takes the Node.js that the clone pins',
    ]);
  return bad(`Node.js ${version} is too old: flashline needs ${MAJOR}.`, ['npm install']);
}
