import { Problem } from '@flashline/contracts';
import type { z } from 'zod';
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';

const PROBLEM: ZodOpenApiResponseObject = {
  description: 'It was not done, and nothing was changed. `code` says why.',
  content: { 'application/problem+json': { schema: Problem } },
};

/** What an operation answers: the given, or a problem. */
export function answers(good: ZodOpenApiResponsesObject): ZodOpenApiResponsesObject {
  return { ...good, default: PROBLEM };
}

/** A JSON answer. */
export function json(description: string, schema: z.ZodType): ZodOpenApiResponseObject {
  return { description, content: { 'application/json': { schema } } };
}

/** An answer that is not JSON. */
export function media(description: string, type: string, schema: z.ZodType): ZodOpenApiResponseObject {
  return { description, content: { [type]: { schema } } };
}

/** A JSON request body. */
export function body(schema: z.ZodType) {
  return { required: true, content: { 'application/json': { schema } } } as const;
}
