import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Fault } from '@flashline/contracts';
import type { BenchProcessOptions } from './process-options.ts';

/** A bench that runs as its own process. */
export interface BenchProcess {
  /** For connectBench. */
  readonly address: string;
  /** `host:port` of the USB/IP server; null when none was asked for. */
  readonly usbip: string | null;
  readonly pid: number;
  /** Ends the process and waits for its end. */
  stop(): Promise<void>;
}

/** How a bench process is started. */
export interface StartBench extends BenchProcessOptions {
  /** End it when the process that started it ends, however that ends. True unless told otherwise. */
  readonly withParent?: boolean;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

const START_TIMEOUT_MS = 15_000;
const STOP_TIMEOUT_MS = 2000;
const LINE_CHARACTERS_MAX = 1000;
const PROGRAM = fileURLToPath(new URL('./bench-process.ts', import.meta.url));

/** Starts a bench process and waits until it listens. Its boards outlive every station that connects. Rejects with USB_HOST. */
export async function startBenchProcess({ withParent = true, ...options }: StartBench = {}): Promise<BenchProcess> {
  const args = [PROGRAM, JSON.stringify(options), ...(withParent ? ['--with-parent'] : [])];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  // Writing to a child that is gone is no news: its exit is.
  child.stdin.on('error', () => {});
  try {
    const { listening, usbip } = await listeningOf(child);
    return { address: listening, usbip: usbip ?? null, pid: child.pid ?? 0, stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

/** The one line that a bench process prints. */
interface Listening {
  readonly listening: string;
  readonly usbip?: string;
}

function listeningOf(child: Child): Promise<Listening> {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = (reason: string) => reject(new Fault('USB_HOST', { reason: `virtual bench: ${reason}` }));
    const timer = setTimeout(() => fail('it did not start in time'), START_TIMEOUT_MS);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`it ended with ${code ?? signal}`));
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      if (text.length < LINE_CHARACTERS_MAX) text += chunk;
      const line = /^\{"listening":.*\}\n/.exec(text)?.[0];
      if (line === undefined) return;
      clearTimeout(timer);
      resolve(JSON.parse(line) as Listening);
    });
    child.once('close', () => clearTimeout(timer));
  });
}

async function stop(child: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}
