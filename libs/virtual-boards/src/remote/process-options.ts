import { Fault } from '@flashline/contracts';
import type { BoardSpec } from '../board/board-spec.ts';
import { type Fields, fieldsOf, numberIn, textIn, wholeIn } from '../json-fields.ts';

/** What a bench process is started with, as plain JSON. */
export interface BenchProcessOptions {
  /** TCP port on 127.0.0.1; 0 takes a free one. */
  readonly port?: number;
  /** Multiplies all durations of the boards; 0 means no waiting at all. */
  readonly speed?: number;
  /** The boards that are plugged in from the start, by port path. */
  readonly boards?: Readonly<Record<string, BoardSpec>>;
  /** Where the boards are to be had over USB/IP as well; left out, nowhere. */
  readonly usbip?: UsbipPlace | null;
}

/** Where a USB/IP server listens; port 0 takes a free one. */
interface UsbipPlace {
  readonly host: string;
  readonly port: number;
}

const BOARDS_MAX = 256;
const PORT_LIMITS = [0, 65_535] as const;

/** The options in a JSON text. Throws CONFIG_INVALID; the boards are checked where they are plugged. */
export function parseProcessOptions(text: string): Required<BenchProcessOptions> {
  const fields = fieldsOf(jsonIn(text), 'options', ['port', 'speed', 'boards', 'usbip']);
  const boards = fields.values.boards ?? {};
  if (typeof boards !== 'object' || Array.isArray(boards) || Object.keys(boards).length > BOARDS_MAX)
    throw new Fault('CONFIG_INVALID', { field: 'options.boards', expected: `up to ${BOARDS_MAX} boards by path` });
  return {
    port: wholeIn(fields, 'port', PORT_LIMITS, 0),
    speed: numberIn(fields, 'speed', [0, 100], 1),
    boards: boards as Readonly<Record<string, BoardSpec>>,
    usbip: fields.values.usbip ? placeIn(fieldsOf(fields.values.usbip, 'options.usbip', ['host', 'port'])) : null,
  };
}

function placeIn(fields: Fields): UsbipPlace {
  return { host: textIn(fields, 'host', 255), port: wholeIn(fields, 'port', PORT_LIMITS) };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault('CONFIG_INVALID', { field: 'options', expected: 'JSON' }, { cause });
  }
}
