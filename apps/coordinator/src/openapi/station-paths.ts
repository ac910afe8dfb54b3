import { Health, LiveEvent, NewSlots, Slot, StationSlots, StationUsb } from '@flashline/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { StationParams } from '../http/routes/station.routes.ts';
import { answers, body, json, media } from './answers.ts';

const tags = ['station'];

export const stationPaths: ZodOpenApiPathsObject = {
  '/api/v1/slots': {
    get: {
      tags,
      operationId: 'listSlots',
      summary: 'Every slot and what it is doing.',
      responses: answers({ 200: json('The slots.', z.strictObject({ slots: z.array(Slot) })) }),
    },
  },
  '/api/v1/stations/{station}/slots': {
    get: {
      tags,
      operationId: 'getStationSlots',
      summary: 'What the slots of a station are called and where they stand, and what sits on ports that are no slots.',
      requestParams: { path: StationParams },
      responses: answers({ 200: json('The slots of the station.', StationSlots) }),
    },
    put: {
      tags,
      operationId: 'nameStationSlots',
      summary:
        'Names all slots of a station, which writes them into its station file. Refused while a slot that would go works on a board.',
      requestParams: { path: StationParams },
      requestBody: body(NewSlots),
      responses: answers({ 200: json('The station has kept them and works with them.', StationSlots) }),
    },
  },
  '/api/v1/stations/{station}/usb': {
    get: {
      tags,
      operationId: 'getStationUsb',
      summary:
        "The hubs of a station's computer, an estimate of what its controllers carry, and what to know about it.",
      requestParams: { path: StationParams },
      responses: answers({ 200: json('The USB tree.', StationUsb) }),
    },
  },
  '/api/v1/health': {
    get: {
      tags,
      operationId: 'getHealth',
      summary: 'Whether the line can work, and otherwise why not. Answers 200 in both cases.',
      responses: answers({ 200: json('How it is.', Health) }),
    },
  },
  '/api/v1/events': {
    get: {
      tags,
      operationId: 'followEvents',
      summary: 'Server-sent events: a snapshot first, then changes. After a gap, connect again.',
      responses: answers({ 200: media('Each `data` line is one LiveEvent.', 'text/event-stream', LiveEvent) }),
    },
  },
  '/api/v1/metrics': {
    get: {
      tags,
      operationId: 'getMetrics',
      summary: 'Counters for Prometheus.',
      responses: answers({ 200: media('Prometheus text format.', 'text/plain', z.string()) }),
    },
  },
  '/api/v1/openapi.json': {
    get: {
      tags,
      operationId: 'getOpenApi',
      summary: 'This document.',
      responses: answers({ 200: json('OpenAPI 3.1.', z.looseObject({})) }),
    },
  },
};
