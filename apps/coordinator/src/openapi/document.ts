import {
  Attempt,
  AttemptPage,
  AttemptResult,
  BoardIdentity,
  Digest,
  Health,
  Image,
  LiveEvent,
  NewRuns,
  NewWorkOrder,
  OrderCounts,
  Problem,
  Slot,
  SlotState,
  StartedRuns,
  StationSetup,
  StationSlots,
  StationUsb,
  UsbTree,
  WorkOrder,
} from '@flashline/contracts';
import { z } from 'zod';
import { createDocument } from 'zod-openapi';
import { attemptPaths } from './attempt-paths.ts';
import { imagePaths } from './image-paths.ts';
import { orderPaths } from './order-paths.ts';
import { stationPaths } from './station-paths.ts';

/** The OpenAPI document of this version. */
export type OpenApi = ReturnType<typeof createDocument>;

/**
 * The schemas that get a name of their own in the document. `ExpectedBoard` has none: what is sent may leave fields out
 * that are always there in an answer, so it would need two.
 */
const NAMED = {
  Attempt,
  AttemptPage,
  AttemptResult,
  BoardIdentity,
  Digest,
  Health,
  Image,
  LiveEvent,
  NewRuns,
  NewWorkOrder,
  OrderCounts,
  Problem,
  Slot,
  SlotState,
  StartedRuns,
  StationSetup,
  StationSlots,
  StationUsb,
  UsbTree,
  WorkOrder,
};
for (const [id, schema] of Object.entries(NAMED)) z.globalRegistry.add(schema, { id });

const INTRODUCTION = `Everything a manufacturing system needs to start work and to collect results.

Errors are problem details (RFC 9457) with a stable \`code\` and the \`action\` that helps. Times are UTC with milliseconds;
durations are monotonic. An attempt appears as ended only after its result was committed. Attempts marked \`simulated\`
were made on virtual boards and never count as production.`;

/** Describes the API, from the same schemas that check its requests. */
export function openApiDocument(version: string): OpenApi {
  return createDocument({
    openapi: '3.1.0',
    info: { title: 'flashline', version, description: INTRODUCTION, license: { name: 'MIT', identifier: 'MIT' } },
    tags: [
      { name: 'images', description: 'Firmware, named by its SHA-256.' },
      { name: 'work orders', description: 'How many boards to make of which image.' },
      { name: 'attempts', description: 'Every run on every board.' },
      { name: 'station', description: 'What is going on now.' },
    ],
    paths: { ...imagePaths, ...orderPaths, ...attemptPaths, ...stationPaths },
  });
}
