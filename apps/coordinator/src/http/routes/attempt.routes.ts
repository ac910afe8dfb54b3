import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AttemptQuery, Fault, Id, NewRuns } from '@flashline/contracts';
import type { Ledger } from '@flashline/store';
import { Router } from 'express';
import { z } from 'zod';
import type { Line } from '../../line/line.ts';
import { attemptCsv } from '../attempt-csv.ts';
import { jsonBody, refuseMethod } from '../bodies.ts';

export const AttemptParams = z.strictObject({ attemptId: Id });

/** A reader of the CSV who takes nothing for this long has gone away. */
const READER_IDLE_MS_MAX = 60_000;

/** Starting attempts, stopping them, and reading the log. */
export function attemptRoutes(line: Line, ledger: Ledger): Router {
  const router = Router();

  router
    .route('/runs')
    .post(...jsonBody, (request, response) => {
      response.json(line.startRuns(NewRuns.parse(request.body)));
    })
    .all(refuseMethod);

  router
    .route('/attempts')
    .get((request, response) => {
      response.json(ledger.attempts(AttemptQuery.parse(request.query)));
    })
    .all(refuseMethod);

  router
    .route('/attempts.csv')
    .get(async (request, response) => {
      const rows = attemptCsv(ledger, AttemptQuery.parse(request.query));
      response.attachment('attempts.csv').type('text/csv; charset=utf-8; header=present');
      response.setTimeout(READER_IDLE_MS_MAX, () => response.destroy());
      await pipeline(Readable.from(rows), response);
    })
    .all(refuseMethod);

  router
    .route('/attempts/:attemptId')
    .get((request, response) => {
      const { attemptId } = AttemptParams.parse(request.params);
      const attempt = ledger.attempt(attemptId);
      if (attempt === null) throw new Fault('NOT_FOUND', { attemptId });
      response.json(attempt);
    })
    .all(refuseMethod);

  router
    .route('/attempts/:attemptId/actions/cancel')
    .post((request, response) => {
      const { attemptId } = AttemptParams.parse(request.params);
      response.status(202).json(line.cancellations.cancel(attemptId));
    })
    .all(refuseMethod);

  return router;
}
