import { Fault } from '@flashline/contracts';
import type { BoardSpec } from '../board/board-spec.ts';
import { fieldsOf, numberIn, wholeIn } from '../json-fields.ts';

/** What a bench process is started with, as plain JSON. */
export interface BenchProcessOptions {
  /** TCP port on 127.0.0.1; 0 takes a free one. */
  readonly port?: number;
  /** Multiplies all durations of the boards; 0 means no waiting at all. */
  readonly speed?: number;
  /** The boards that are plugged in from the start, by port path. */
  readonly boards?: Readonly<Record<string, BoardSpec>>;
}

const BOARDS_MAX = 256;

/** The options in a JSON text. Throws CONFIG_INVALID; the boards are checked where they are plugged. */
export function parseProcessOptions(text: string): Required<BenchProcessOptions> {
  const fields = fieldsOf(jsonIn(text), 'options', ['port', 'speed', 'boards']);
  const boards = fields.values.boards ?? {};
  if (typeof boards !== 'object' || Array.isArray(boards) || Object.keys(boards).length > BOARDS_MAX)
    throw new Fault('CONFIG_INVALID', { field: 'options.boards', expected: `up to ${BOARDS_MAX} boards by path` });
  return {
    port: wholeIn(fields, 'port', [0, 65_535], 0),
    speed: numberIn(fields, 'speed', [0, 100], 1),
    boards: boards as Readonly<Record<string, BoardSpec>>,
  };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault('CONFIG_INVALID', { field: 'options', expected: 'JSON' }, { cause });
  }
}
