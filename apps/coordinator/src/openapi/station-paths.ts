import { Health, LiveEvent, Slot } from '@flashline/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { answers, json, media } from './answers.ts';

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
