import { extname } from 'node:path';
import express, { Router } from 'express';

const NOT_BUILT = `flashline is running; its dashboard is not built.
Run "npm run build" in the clone and start it again.
The API works without it: /api/v1/openapi.json describes it.
`;

/** The built dashboard, or a page that says how to build it. Every path without an extension is one of its pages. */
export function dashboardRoutes(folder: string | null): Router {
  const router = Router();
  if (folder === null) {
    router.get('/', (_request, response) => {
      response.type('text/plain').send(NOT_BUILT);
    });
    return router;
  }
  // Vite names these files by their content.
  router.use('/assets', express.static(`${folder}/assets`, { immutable: true, maxAge: '1y', fallthrough: false }));
  router.use(express.static(folder, { cacheControl: false, index: false }));
  router.get('/{*page}', (request, response, next) => {
    if (extname(request.path) !== '') return next();
    response.set('Cache-Control', 'no-cache').sendFile('index.html', { root: folder });
  });
  return router;
}
