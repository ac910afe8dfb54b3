import { Attempt, AttemptPage, AttemptQuery, NewRuns, StartedRuns } from '@flashline/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { AttemptParams } from '../http/routes/attempt.routes.ts';
import { answers, body, json, media } from './answers.ts';

const tags = ['attempts'];

export const attemptPaths: ZodOpenApiPathsObject = {
  '/api/v1/runs': {
    post: {
      tags,
      operationId: 'startRuns',
      summary:
        'Starts an attempt on each of the given slots. A slot that cannot be started says why and stops no other.',
      requestBody: body(NewRuns),
      responses: answers({ 200: json('One entry per slot, in the order of the request.', StartedRuns) }),
    },
  },
  '/api/v1/attempts': {
    get: {
      tags,
      operationId: 'listAttempts',
      summary: 'The log, newest first.',
      requestParams: { query: AttemptQuery },
      responses: answers({ 200: json('A page; `next` is the cursor of the one after it.', AttemptPage) }),
    },
  },
  '/api/v1/attempts.csv': {
    get: {
      tags,
      operationId: 'exportAttempts',
      summary: 'Everything of the log that matches, as CSV (RFC 4180). `cursor` and `limit` are ignored.',
      requestParams: { query: AttemptQuery },
      responses: answers({ 200: media('One row per attempt.', 'text/csv', z.string()) }),
    },
  },
  '/api/v1/attempts/{attemptId}': {
    get: {
      tags,
      operationId: 'getAttempt',
      summary: 'One attempt in full.',
      requestParams: { path: AttemptParams },
      responses: answers({ 200: json('The attempt.', Attempt) }),
    },
  },
  '/api/v1/attempts/{attemptId}/actions/cancel': {
    post: {
      tags,
      operationId: 'cancelAttempt',
      summary: 'Asks the station to stop an attempt. How it ended shows in the attempt.',
      requestParams: { path: AttemptParams },
      responses: answers({ 202: json('The station is being told.', Attempt) }),
    },
  },
};
