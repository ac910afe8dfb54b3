import { IMAGE_FILE_BYTES_MAX } from '@flashline/contracts';
import { json, type RequestHandler, raw } from 'express';
import { problemOf, sendProblem } from './problems.ts';

const JSON_BYTES_MAX = 1024 * 1024;

/** Reads a JSON body of up to 1 MB. Compressed bodies are refused: nothing we take is worth a bomb. */
export const jsonBody: readonly RequestHandler[] = [
  onlyType('application/json'),
  json({ limit: JSON_BYTES_MAX, inflate: false }),
];

/** Reads a file as it is, of at most the size of the largest image. */
export const fileBody: readonly RequestHandler[] = [
  onlyType('application/octet-stream'),
  raw({ type: 'application/octet-stream', limit: IMAGE_FILE_BYTES_MAX, inflate: false }),
];

/** For a path whose other methods are handled: says which they are. */
export const refuseMethod: RequestHandler = (request, response) => {
  const methods = Object.keys(request.route.methods).filter((method) => method !== '_all');
  response.set('Allow', methods.map((method) => method.toUpperCase()).join(', '));
  sendProblem(response, problemOf('REQUEST_INVALID', { status: 405, detail: `${request.method} is not done here` }));
};

function onlyType(type: string): RequestHandler {
  return (request, response, next) => {
    // Null is a request without any body: the schema says what is missing.
    if (request.is(type) !== false) return next();
    sendProblem(response, problemOf('REQUEST_INVALID', { status: 415, detail: `the body must be ${type}` }));
  };
}
