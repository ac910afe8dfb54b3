import { SLOTS_MAX } from '@flashline/contracts';

/** What stands in brackets: `[1-4]`, `[1,3,5-7]`, `[4-1]`. */
const BRACKETS = /\[([^\]]*)\]/;
const RUN = /^(\d{1,3})(?:-(\d{1,3}))?$/;

/**
 * The ports that a pattern names, in order: a port path in which numbers may be lists and ranges in brackets. `1-2.[1-2].[1-7]`
 * is `1-2.1.1` to `1-2.1.7`, then `1-2.2.1` to `1-2.2.7`; a range may run down. Null when it is no pattern, or names more ports
 * than a station has slots. Whether these are port paths is for their own schema to say.
 */
export function portsOf(pattern: string): readonly string[] | null {
  let ports: readonly string[] = [pattern];
  for (let brackets = BRACKETS.exec(pattern); brackets !== null; brackets = BRACKETS.exec(ports[0] ?? '')) {
    const numbers = numbersOf(brackets[1] ?? '');
    if (numbers === null || ports.length * numbers.length > SLOTS_MAX) return null;
    ports = ports.flatMap((port) => numbers.map((number) => port.replace(BRACKETS, String(number))));
  }
  return ports;
}

function numbersOf(list: string): readonly number[] | null {
  const numbers: number[] = [];
  for (const part of list.split(',')) {
    const [, first, last = first] = RUN.exec(part.trim()) ?? [];
    if (first === undefined) return null;
    numbers.push(...run(Number(first), Number(last)));
    if (numbers.length > SLOTS_MAX) return null;
  }
  return numbers;
}

function run(first: number, last: number): number[] {
  const step = Math.sign(last - first);
  return Array.from({ length: Math.abs(last - first) + 1 }, (_, n) => first + n * step);
}
