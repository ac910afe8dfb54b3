import type { Ledger } from '@flashline/store';
import { Router } from 'express';
import type { ImageShelf } from '../image-shelf.ts';
import { attemptRoutes } from './routes/attempt.routes.ts';
import { imageRoutes } from './routes/image.routes.ts';
import { orderRoutes } from './routes/order.routes.ts';
import { type StationParts, stationRoutes } from './routes/station.routes.ts';

/** Where the API lives. */
export const API_ROOT = '/api/v1';

/** What the API works on. */
export interface ApiParts extends StationParts {
  readonly ledger: Ledger;
  readonly shelf: ImageShelf;
}

/** Every route of the API, below `API_ROOT`. */
export function apiRoutes(parts: ApiParts): Router {
  const { line, ledger, shelf } = parts;
  const router = Router();
  router.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  router.use(imageRoutes(shelf, ledger), orderRoutes(line, ledger), attemptRoutes(line, ledger), stationRoutes(parts));
  return router;
}
