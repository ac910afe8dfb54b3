import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** A redis-server of one test's own, and what can happen to it. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Changes with a restart. */
  readonly pid: number;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty: it keeps nothing on disk. */
  restart(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
  /** Runs one command with redis-cli and gives its answer. */
  command(...words: string[]): Promise<string>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

const START_TRIES = 5;

/** Whether this machine has redis-server. Where everything must run (CI is set), not having it is an error. */
export function redisAvailable(): boolean {
  if (spawnSync('redis-server', ['--version']).status === 0) return true;
  if (process.env.CI) throw new Error('redis-server is missing, and CI runs every test: apt-get install redis-server');
  process.stderr.write(
    '\nSKIPPED: tests over Redis, because redis-server is missing (apt-get install redis-server).\n',
  );
  return false;
}

/** Starts Debian's redis-server on a free loopback port. It dies with the test process. */
export async function startRedis(): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'flashline-redis-'));
  let { child, port } = await startOnFreePort(folder);

  const running = () => child.exitCode === null && child.signalCode === null;
  const kill = async () => {
    if (!running()) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return child.pid ?? 0;
    },
    kill,
    restart: async () => {
      await kill();
      child = await start(port, folder);
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    command: async (...words) => {
      const { stdout } = await promisify(execFile)('redis-cli', ['-p', String(port), ...words], { timeout: 10_000 });
      return stdout.trim();
    },
    stop: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startOnFreePort(folder: string): Promise<{ child: ChildProcess; port: number }> {
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    try {
      return { child: await start(port, folder), port };
    } catch (error) {
      // Somebody else may take the port between our looking and the server's binding.
      if (tries === START_TRIES) throw error;
    }
  }
}

async function start(port: number, folder: string): Promise<ChildProcess> {
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const memory = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
  const child = spawn('redis-server', [...place, ...memory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = () => void child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (!line.includes('Ready to accept connections')) continue;
    // Nobody reads the log any more; it must not fill the pipe.
    child.stdout.resume();
    return child;
  }
  throw new Error(`redis-server did not start: ${said.join('\n')}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
