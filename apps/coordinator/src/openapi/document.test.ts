import type { Router } from 'express';
import { expect, test } from 'vitest';
import { API_ROOT, type ApiParts, apiRoutes } from '../http/api.ts';
import { openApiDocument } from './document.ts';

/** Every route of a router and of the routers in it, as OpenAPI writes them. */
function operationsOf(router: Router): string[] {
  return router.stack.flatMap((layer) => {
    if (layer.route === undefined) return 'stack' in layer.handle ? operationsOf(layer.handle as Router) : [];
    const { path, methods } = layer.route as unknown as { path: string; methods: Record<string, boolean> };
    const named = Object.keys(methods).filter((method) => method !== '_all');
    return named.map((method) => `${method} ${API_ROOT}${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  });
}

test('the document describes exactly the routes there are', () => {
  const routes = operationsOf(apiRoutes({ streams: { serve: () => {} } } as unknown as ApiParts));
  const { paths = {} } = openApiDocument('1.2.3');
  const described = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  expect(routes.length).toBeGreaterThan(15);
  expect(described.sort()).toEqual(routes.sort());
});

test('every operation has a name of its own, its parameters, and problems as its other answer', () => {
  const { openapi, info, paths = {} } = openApiDocument('1.2.3');
  expect([openapi, info.version]).toEqual(['3.1.0', '1.2.3']);
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.values(item).map((operation) => ({ path, operation })),
  );
  const names = operations.map(({ operation }) => operation.operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const { path, operation } of operations) {
    expect(Object.keys(operation.responses.default.content)).toEqual(['application/problem+json']);
    const inPath = (operation.parameters ?? []).filter((parameter: { in: string }) => parameter.in === 'path');
    expect(inPath.map(({ name }: { name: string }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
  }
});

test('shared words are components, and every reference leads to one', () => {
  const document = openApiDocument('1.2.3');
  const schemas = Object.keys(document.components?.schemas ?? {});
  expect(schemas).toEqual(expect.arrayContaining(['Attempt', 'WorkOrder', 'Slot', 'Problem', 'LiveEvent']));
  const references = new Set(
    [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name),
  );
  expect(references.size).toBeGreaterThan(8);
  expect(schemas).toEqual(expect.arrayContaining([...references]));
});
