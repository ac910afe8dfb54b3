import express, { type Express, type Router } from 'express';
import type { Logger } from 'pino';
import { API_ROOT } from './api.ts';
import { dashboardRoutes } from './dashboard.ts';
import { hostGuard, originGuard, pageHeaders } from './guards.ts';
import { errorHandler, problemOf, sendProblem } from './problems.ts';

/** What the web application is made of. */
export interface AppParts {
  readonly api: Router;
  readonly allowedHosts: readonly string[];
  /** The folder with the built dashboard; null when there is none. */
  readonly dashboard: string | null;
  readonly log: Logger;
  readonly newId: () => string;
}

/** The web application: guards, the API, the dashboard, and one answer for everything that goes wrong. */
export function createApp({ api, allowedHosts, dashboard, log, newId }: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(pageHeaders(), hostGuard(allowedHosts), originGuard);
  app.use(API_ROOT, api);
  app.use('/api', (_request, response) => sendProblem(response, problemOf('NOT_FOUND')));
  app.use(dashboardRoutes(dashboard));
  app.use((_request, response) => sendProblem(response, problemOf('NOT_FOUND')));
  app.use(errorHandler(log, newId));
  return app;
}
