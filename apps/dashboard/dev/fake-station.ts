/**
 * A station for work on the page alone: serves dist/ under the real policy, and a scripted bench.
 * `npm run fake --workspace @flashline/dashboard -- --slots 16 --scene mixed [--port 8470 (0: any)] [--real] [--still]`
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { parseArgs } from 'node:util';
import { type LiveEvent, PHASES, type Slot } from '@flashline/contracts';
import { attemptOf, sceneOf } from './scene.ts';

const { values } = parseArgs({
  options: {
    slots: { type: 'string', default: '16' },
    scene: { type: 'string', default: 'mixed' },
    port: { type: 'string', default: '8470' },
    real: { type: 'boolean', default: false },
    still: { type: 'boolean', default: false },
  },
});
const scene = sceneOf(values.scene, Number(values.slots), !values.real);
const listeners = new Set<ServerResponse>();
const DIST = new URL('../dist/', import.meta.url);
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

const server = createServer((request, response) => {
  response.setHeader('content-security-policy', "default-src 'self'");
  const url = new URL(request.url ?? '/', 'http://fake');
  if (url.pathname.startsWith('/api/v1/')) answer(url, request, response);
  else void serve(url.pathname, response);
});
server.listen(Number(values.port), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') process.stdout.write(`http://127.0.0.1:${address?.port}/\n`);
});
if (!values.still) setInterval(step, 300);
setInterval(() => tell(': beat\n\n'), 2_000);

function answer(url: URL, request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const path = url.pathname.slice('/api/v1'.length);
  if (path === '/events') {
    follow(response);
    return;
  }
  const body = request.method === 'GET' ? bodyOf(path, url.searchParams) : undefined;
  const problem = { type: 'about:blank', title: 'The fake station does not do this.', action: 'Use a real one.' };
  if (body === undefined) json(response, 404, { ...problem, status: 404, code: 'NOT_FOUND' });
  else json(response, 200, body);
}

function bodyOf(path: string, params: URLSearchParams): unknown {
  if (path === '/work-orders') return { orders: scene.order === null ? [] : [scene.order] };
  if (path === '/images') return { images: [] };
  if (path === '/attempts') return page(params);
  return scene.attempts.find(({ attemptId }) => path === `/attempts/${attemptId}`);
}

function page(params: URLSearchParams) {
  const outcome = params.get('outcome');
  const before = Number(params.get('cursor') ?? Number.MAX_SAFE_INTEGER);
  const found = scene.attempts.filter(
    ({ seq, result }) => seq < before && (outcome === null || result?.outcome === outcome),
  );
  const attempts = found.slice(0, Number(params.get('limit') ?? 50));
  return { attempts, next: found.length > attempts.length ? String(attempts.at(-1)?.seq) : null };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function follow(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  listeners.add(response);
  response.on('close', () => listeners.delete(response));
  const { health, stations, slots, order, attempts } = scene;
  response.write(frame({ on: 'snapshot', health, stations, slots, order, attempts: attempts.slice(0, 50) }));
}

function frame(event: LiveEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

function tell(text: string): void {
  for (const listener of listeners) listener.write(text);
}

/** Every running board goes on a little; one that is through passes and begins again. */
function step(): void {
  for (const [index, slot] of scene.slots.entries()) {
    if (slot.state.is !== 'running') continue;
    const next = advanced(slot);
    scene.slots[index] = next;
    tell(frame({ on: 'slot', slot: next }));
    if (next.state.is !== 'done') continue;
    const attempt = attemptOf((scene.attempts[0]?.seq ?? 0) + 1, !values.real);
    scene.attempts.unshift(attempt);
    tell(frame({ on: 'attempt', attempt }));
  }
}

function advanced(slot: Slot): Slot {
  if (slot.state.is !== 'running') return slot;
  const progress = slot.state.progress + 0.01;
  if (progress < 0.99)
    return { ...slot, state: { ...slot.state, phase: PHASES[3 + Math.floor(progress * 4)] ?? null, progress } };
  return { ...slot, state: { ...slot.state, is: 'done', present: true, ready: false, outcome: 'pass', fault: null } };
}

async function serve(path: string, response: ServerResponse): Promise<void> {
  const file = extname(path) === '' ? 'index.html' : path.slice(1);
  try {
    const body = await readFile(new URL(file, DIST));
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}
