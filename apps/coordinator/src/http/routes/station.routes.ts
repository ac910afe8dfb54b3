import type { Health } from '@flashline/contracts';
import { Router } from 'express';
import type { Floor } from '../../line/floor.ts';
import type { Metrics } from '../../live/metrics.ts';
import { refuseMethod } from '../bodies.ts';
import type { EventStreams } from '../event-streams.ts';
import { sameSiteOnly } from '../guards.ts';

/** What the station routes show. */
export interface StationParts {
  readonly floor: Floor;
  readonly streams: EventStreams;
  readonly metrics: Metrics;
  readonly health: () => Health;
  readonly openapi: object;
}

/** The station as it is now: slots, health, live events, counters, and the description of this API. */
export function stationRoutes({ floor, streams, metrics, health, openapi }: StationParts): Router {
  const router = Router();
  router
    .route('/slots')
    .get((_request, response) => {
      response.json({ slots: floor.slots() });
    })
    .all(refuseMethod);
  router
    .route('/health')
    .get((_request, response) => {
      response.json(health());
    })
    .all(refuseMethod);
  router.route('/events').get(sameSiteOnly, streams.serve).all(refuseMethod);
  router
    .route('/metrics')
    .get(async (_request, response) => {
      response.type(metrics.contentType).send(await metrics.text());
    })
    .all(refuseMethod);
  router
    .route('/openapi.json')
    .get((_request, response) => {
      response.json(openapi);
    })
    .all(refuseMethod);
  return router;
}
