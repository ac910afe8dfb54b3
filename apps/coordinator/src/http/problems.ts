import { FAULTS, Fault, type FaultCode, type FaultDetails, type Problem } from '@flashline/contracts';
import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { ZodError } from 'zod';

/** The HTTP status of each fault that is not the server's own (500). */
const STATUS: Partial<Record<FaultCode, number>> = {
  REQUEST_INVALID: 400,
  REQUEST_FORBIDDEN: 403,
  REQUEST_TOO_LARGE: 413,
  NOT_FOUND: 404,
  CONFIG_INVALID: 422,
  SLOT_UNKNOWN: 404,
  SLOT_AMBIGUOUS: 409,
  SLOT_BUSY: 409,
  ORDER_EXISTS: 409,
  ORDER_STATE: 409,
  ORDER_OTHER_ACTIVE: 409,
  SIMULATION_MIXED: 409,
  IMAGE_EMPTY: 422,
  IMAGE_TOO_LARGE: 422,
  IMAGE_TRUNCATED: 422,
  IMAGE_MALFORMED: 422,
  IMAGE_CHECKSUM: 422,
  IMAGE_OVERLAP: 422,
  IMAGE_ADDRESS_NEEDED: 422,
  IMAGE_ADDRESS_INVALID: 422,
  RECIPE_REFUSED: 422,
  ATTEMPT_ENDED: 409,
  QUEUE_UNREACHABLE: 503,
  SERVER_BUSY: 503,
  STATION_SILENT: 504,
};

/** A body full of errors is answered with the first of them. */
const ERRORS_MAX = 50;

/** What a problem says beyond its code. */
export type ProblemExtra = Partial<Pick<Problem, 'status' | 'detail' | 'instance' | 'errors'>>;

/** RFC 9457 problem details for a fault of the catalogue. */
export function problemOf(code: FaultCode, extra: ProblemExtra = {}): Problem {
  const { says, do: action } = FAULTS[code];
  return { type: `urn:flashline:fault:${code}`, title: says, status: STATUS[code] ?? 500, code, action, ...extra };
}

export function sendProblem(response: Response, problem: Problem): void {
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

/** The last handler: whatever was thrown becomes one problem, and nothing of the program's inside gets out. */
export function errorHandler(log: Logger, newId: () => string): ErrorRequestHandler {
  return (thrown, request, response, _next) => {
    const { method, path } = request;
    if (response.headersSent) {
      // Too late for a problem. The connection is cut, so that nobody takes half an answer for a whole one.
      log.warn({ err: thrown, method, path }, 'an answer was not finished');
      return response.destroy();
    }
    const problem = problemFor(thrown, newId);
    if (problem.status >= 500) log.error({ err: thrown, instance: problem.instance, method, path }, 'no answer');
    sendProblem(response, problem);
  };
}

function problemFor(thrown: unknown, newId: () => string): Problem {
  if (thrown instanceof ZodError) return invalid(thrown);
  if (thrown instanceof Fault) return ofFault(thrown, newId);
  const status = statusOfHttpError(thrown);
  if (status === 404) return problemOf('NOT_FOUND');
  if (status === 413) return problemOf('REQUEST_TOO_LARGE');
  if (status !== null) return problemOf('REQUEST_INVALID', { status, detail: textOf(thrown) });
  return problemOf('INTERNAL', { instance: `urn:uuid:${newId()}` });
}

function invalid({ issues }: ZodError): Problem {
  const errors = issues.slice(0, ERRORS_MAX).map(({ path, message }) => ({ path: path.join('.'), message }));
  return problemOf('REQUEST_INVALID', { errors });
}

/** Details of the station's own faults name files and reasons: they are for its log, not for the network. */
function ofFault({ code, details }: Fault, newId: () => string): Problem {
  if ((STATUS[code] ?? 500) >= 500) return problemOf(code, { instance: `urn:uuid:${newId()}` });
  const detail = inWords(details);
  return problemOf(code, detail === '' ? {} : { detail });
}

function inWords(details: FaultDetails): string {
  return Object.entries(details)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ');
}

/** Express and its parsers throw errors that carry a status; those below 500 blame the request. */
function statusOfHttpError(thrown: unknown): number | null {
  if (!(thrown instanceof Error) || !('status' in thrown) || typeof thrown.status !== 'number') return null;
  return thrown.status >= 400 && thrown.status < 500 ? thrown.status : null;
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message.slice(0, 200) : '';
}
