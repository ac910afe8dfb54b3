import { createInterface } from 'node:readline/promises';

/** Whether there is a person who can be asked: stdout may go to a file, the question goes to stderr. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks; only a whole `yes` is one, and to end the command is none. */
export async function agreesTo(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new AbortController();
  // A terminal that is read line by line turns Ctrl-C into an event of its own.
  terminal.once('SIGINT', () => ended.abort());
  terminal.once('close', () => ended.abort());
  try {
    console.error(question);
    const asked = { signal: AbortSignal.any([signal, ended.signal]) };
    return (await terminal.question('Type yes to go on: ', asked)).trim().toLowerCase() === 'yes';
  } catch (thrown) {
    if (!signal.aborted && !ended.signal.aborted) throw thrown;
    return false;
  } finally {
    terminal.close();
  }
}
