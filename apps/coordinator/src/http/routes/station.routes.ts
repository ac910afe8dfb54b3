import {
  Fault,
  type Health,
  NewSlots,
  StationId,
  type StationSetup,
  type StationSlots,
  type StationUsb,
} from '@flashline/contracts';
import { Router } from 'express';
import { z } from 'zod';
import { type Floor, setupOf } from '../../line/floor.ts';
import type { Line } from '../../line/line.ts';
import type { Metrics } from '../../live/metrics.ts';
import { jsonBody, refuseMethod } from '../bodies.ts';
import type { EventStreams } from '../event-streams.ts';
import { sameSiteOnly } from '../guards.ts';

/** Names a station in an address. */
export const StationParams = z.strictObject({ station: StationId });

/** What the station routes show. */
export interface StationParts {
  readonly line: Line;
  readonly floor: Floor;
  readonly streams: EventStreams;
  readonly metrics: Metrics;
  readonly health: () => Health;
  readonly openapi: object;
}

/** The stations as they are now: slots, how they are built, health, live events, counters, and the description of this API. */
export function stationRoutes({ line, floor, streams, metrics, health, openapi }: StationParts): Router {
  const router = Router();
  router
    .route('/slots')
    .get((_request, response) => {
      response.json({ slots: floor.slots() });
    })
    .all(refuseMethod);
  router
    .route('/stations/:station/slots')
    .get((request, response) => {
      response.json(slotsOf(floor, StationParams.parse(request.params).station));
    })
    .put(...jsonBody, async (request, response) => {
      const { station } = StationParams.parse(request.params);
      await line.renaming.rename(station, NewSlots.parse(request.body).slots);
      response.json(slotsOf(floor, station));
    })
    .all(refuseMethod);
  router
    .route('/stations/:station/usb')
    .get((request, response) => {
      const { station, online, usb } = knownStation(floor, StationParams.parse(request.params).station);
      response.json({ station, online, usb } satisfies StationUsb);
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

/** Throws NOT_FOUND for a station that has not reported yet. */
function knownStation(floor: Floor, station: string): StationSetup {
  const known = floor.station(station);
  if (known === null) throw new Fault('NOT_FOUND', { station });
  return setupOf(known);
}

function slotsOf(floor: Floor, station: string): StationSlots {
  const { usb: _, ...slots } = knownStation(floor, station);
  return slots;
}
