import { z } from 'zod';
import { nearest } from './nearest.ts';

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

/** What a field may hold, by the names that zod has for it. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of fields',
  record: 'a group of fields',
};

/** What would be right, for a person who writes a file; a message that a schema has of its own goes before it. */
export const plainWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.schema instanceof z.ZodNumber) return `must be ${numberWords(issue.schema)}`;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kindWords(issue)}`;
    case 'too_small':
      return leastWords(issue);
    case 'too_big':
      return `must ${limitWords(issue.origin, 'at most', issue.maximum)}`;
    case 'invalid_value':
      return `must be ${choiceWords(issue.values)}`;
    case 'invalid_union':
      return Array.isArray(issue.options) ? `must be ${choiceWords(issue.options)}` : undefined;
    case 'unrecognized_keys':
      return unknownWords(issue);
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_key':
    case 'not_multiple_of':
      return undefined;
    default:
      return issue satisfies never;
  }
};

function kindWords({ expected, input }: Extract<RawIssue, { code: 'invalid_type' }>): string {
  const kind = KINDS[expected] ?? expected;
  // 0012 is text to people, and a number to YAML.
  return expected === 'string' && typeof input === 'number' ? `${kind}: put it in quotes` : kind;
}

function numberWords(number: z.ZodNumber): string {
  const min = number.minValue ?? Number.NEGATIVE_INFINITY;
  const max = number.maxValue ?? Number.POSITIVE_INFINITY;
  const kind = number.isInt ? 'a whole number' : 'a number';
  // Without a bound of its own a whole number ends where JavaScript counts no further.
  if (min <= Number.MIN_SAFE_INTEGER) return kind;
  const isAbove = !number.safeParse(min).success;
  const least = isAbove && number.isInt ? min + 1 : min;
  if (max < Number.MAX_SAFE_INTEGER) return `${kind} from ${least} to ${max === 0xffff_ffff ? '0xffffffff' : max}`;
  return isAbove && !number.isInt ? `${kind} above ${min}` : `${kind}, at least ${least}`;
}

function leastWords({ origin, minimum }: Extract<RawIssue, { code: 'too_small' }>): string {
  if (origin === 'string' && minimum === 1) return 'must not be empty';
  return `must ${limitWords(origin, 'at least', minimum)}`;
}

function limitWords(origin: string, bound: 'at least' | 'at most', limit: number | bigint): string {
  if (origin === 'string') return `have ${bound} ${limit} characters`;
  if (origin === 'array') return `have ${bound} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  return `be ${bound} ${limit}`;
}

function choiceWords(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}

/** A line for each of the fields that nobody knows. */
function unknownWords({ inst, keys }: Extract<RawIssue, { code: 'unrecognized_keys' }>): string {
  const known = inst instanceof z.ZodObject ? Object.keys(inst.shape) : [];
  const all = known.length === 1 ? `there is ${known[0]}` : `there are ${known.join(', ')}`;
  return keys
    .map((key) => nearest(key, known))
    .map((meant) => `is not known here; ${meant === null ? all : `do you mean ${meant}?`}`)
    .join('\n');
}
