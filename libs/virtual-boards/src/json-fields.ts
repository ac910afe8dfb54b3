import { Fault } from '@flashline/contracts';

/** An object that came as JSON, with the name it has for the person who reads the fault. */
export interface Fields {
  readonly where: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The value as an object with no keys but these. Throws CONFIG_INVALID. */
export function fieldsOf(value: unknown, where: string, known: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(where, 'an object');
  for (const key of Object.keys(value))
    if (!known.includes(key)) throw invalid(`${where}.${key}`.slice(0, 200), 'no such field');
  return { where, values: value as Record<string, unknown> };
}

/** A list of at most `most` entries; none when it is not there. */
export function listIn(fields: Fields, key: string, most: number): readonly unknown[] {
  const value = fields.values[key] ?? [];
  if (!Array.isArray(value) || value.length > most) throw invalid(`${fields.where}.${key}`, `a list of up to ${most}`);
  return value as unknown[];
}

/** A whole number within limits; `otherwise` when it is not there, if that is allowed. */
export function wholeIn(fields: Fields, key: string, limits: readonly [number, number], otherwise?: number): number {
  const value = fields.values[key] ?? otherwise;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < limits[0] || value > limits[1])
    throw invalid(`${fields.where}.${key}`, `a whole number from ${limits[0]} to ${limits[1]}`);
  return value;
}

/** Any number within limits. */
export function numberIn(fields: Fields, key: string, limits: readonly [number, number], otherwise?: number): number {
  const value = fields.values[key] ?? otherwise;
  if (typeof value !== 'number' || !(value >= limits[0] && value <= limits[1]))
    throw invalid(`${fields.where}.${key}`, `a number from ${limits[0]} to ${limits[1]}`);
  return value;
}

/** A text of at most `most` characters. */
export function textIn(fields: Fields, key: string, most: number, otherwise?: string): string {
  const value = fields.values[key] ?? otherwise;
  if (typeof value !== 'string' || value.length > most)
    throw invalid(`${fields.where}.${key}`, `a text of up to ${most} characters`);
  return value;
}

/** One of the given words. */
export function choiceIn<Choice extends string>(
  fields: Fields,
  key: string,
  choices: readonly Choice[],
  otherwise?: Choice,
): Choice {
  const value = fields.values[key] ?? otherwise;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw invalid(`${fields.where}.${key}`, `one of ${choices.join(', ')}`);
  return choice;
}

/** True or false. */
export function flagIn(fields: Fields, key: string, otherwise?: boolean): boolean {
  const value = fields.values[key] ?? otherwise;
  if (typeof value !== 'boolean') throw invalid(`${fields.where}.${key}`, 'true or false');
  return value;
}

function invalid(field: string, expected: string): Fault {
  return new Fault('CONFIG_INVALID', { field, expected });
}
