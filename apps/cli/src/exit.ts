import {
  type ConfigProblem,
  configProblems,
  FAULTS,
  type Fault,
  type FaultCode,
  type FaultDetails,
} from '@flashline/contracts';

/** Exit codes, as `flashline --help` documents them. */
export const EXIT = {
  /** Everything asked for was done; every board passed. */
  ok: 0,
  /** It ran, and at least one board did not pass, or a check found a problem. */
  notPassed: 1,
  /** The command, a file or the configuration is wrong. Nothing was touched. */
  badInput: 2,
  /** The computer or the network is in the way: port taken, folder in use, queue silent. Nothing was touched, unless it is OUTPUT_LOST. */
  environment: 3,
  /** A bug. */
  internal: 70,
} as const;

const ENVIRONMENT: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'PORT_TAKEN',
  'ADDRESS_UNAVAILABLE',
  'DATA_NOT_WRITABLE',
  'DATA_IN_USE',
  'DATA_DAMAGED',
  'MIGRATION_REFUSED',
  'QUEUE_UNREACHABLE',
  'COORDINATOR_UNREACHABLE',
  'STATION_SILENT',
  'OUTPUT_LOST',
  'NO_BOARDS',
  'USB_HOST',
  'USB_PERMISSION',
  'USB_BUSY',
  'HOST_CRASHED',
  'HOST_HUNG',
]);

const BUGS: ReadonlySet<FaultCode> = new Set<FaultCode>(['COMMAND_BUG', 'STATION_BUG', 'INTERNAL']);

/** The exit code for a fault that ended a command. */
export function exitCodeOf({ code }: Fault): number {
  if (BUGS.has(code)) return EXIT.internal;
  return ENVIRONMENT.has(code) ? EXIT.environment : EXIT.badInput;
}

/** A fault as one line for a person: code, what happened, the facts, what to do. */
export function lineOf({ code, details }: Fault): string {
  const { says, do: action } = FAULTS[code];
  return `${code}: ${says}${factsOf(details)} ${action}`;
}

/** A fault as it ends a command, for a person: a line; of a file with mistakes in it a line for each of them. */
export function textOf(fault: Fault): string {
  const wrong = configProblems(fault);
  if (wrong === null) return lineOf(fault);
  const { says, do: action } = FAULTS[fault.code];
  const lines = wrong.problems.map((problem) => `  ${[...placeOf(wrong.file, problem), problem.reason].join(': ')}`);
  const rest = wrong.more > 0 ? [`  and ${wrong.more} more`] : [];
  return [`${fault.code}: ${says} ${action}`, ...lines, ...rest].join('\n');
}

/** A fault as it ends a command, for a program. */
export function dataOf(fault: Fault) {
  const { code, details } = fault;
  const { problems, more } = configProblems(fault) ?? {};
  return { code, details, ...(problems && { problems, more }) };
}

/** `station.yaml, line 4` and `slots, entry 2, path`: people count from 1. */
function placeOf(file: string, { line, field }: ConfigProblem): readonly string[] {
  const names = field?.split('.').map((name) => (/^\d+$/.test(name) ? `entry ${Number(name) + 1}` : name)) ?? [];
  return [line === null ? file : `${file}, line ${line}`, ...(names.length === 0 ? [] : [names.join(', ')])];
}

/** The facts of a fault as they stand in a line, in brackets and with a space before them; nothing when there are none. */
export function factsOf(details: FaultDetails): string {
  const facts = Object.entries(details)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')
    .replaceAll(/\s+/g, ' ');
  return facts === '' ? '' : ` (${facts})`;
}
