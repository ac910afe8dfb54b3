import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Part } from '@flashline/contracts';
import type { BusChoice, FromHost, HostRole, ToHost } from './host-messages.ts';
import { type LeaveLine, StartLine } from './start-line.ts';

const ENTRY = fileURLToPath(new URL('./host-process.ts', import.meta.url));
/**
 * Threads of a host in which files are read and serial ports opened. A board that hangs keeps one for seconds (Linux gives each
 * control transfer of an open 5 s), and with the four that Node.js has by itself a few such boards would hold up all others.
 */
const THREADS = 32;
/**
 * A host makes much that is soon gone. V8 takes ever more room for that (128 MiB were seen) and returns none of it; so limited, a
 * host is as fast and half as big: 117 MiB after 6,000 boards, 218 before.
 */
const YOUNG_HEAP = '--max-semi-space-size=8';
/** A host whose event loop has not turned for this long hangs in native code and is ended. */
const SILENT_MS_MAX = 5_000;
/** Starting Node.js on a busy machine takes its time; waiting for a turn to start does not count. */
const START_MS_MAX = 30_000;
/** When this computer slept or this process was busy, the signs of life are still in the pipe: read them first. */
const GRACE_MS = 500;
/** A process in the kernel's hands (a USB request that never returns) does not end before that lets it go, SIGKILL or not. */
const ENDING_MS_MAX = 5_000;
const RESTART_MS_MIN = 200;
const RESTART_MS_MAX = 10_000;
/** A host that lived this long was healthy: the next restart is soon again. */
const HEALTHY_MS = 30_000;

/** Why a host process ended: by itself, ended by its watchdog, or ended because a new one was asked for. */
export type HostEnd = 'crashed' | 'hung' | 'recycled';

export interface HostEvents {
  onMessage(message: FromHost): void;
  /** The process is gone with all it was doing; a new one is on its way. `hasSpoken` is false when it never came up. */
  onEnd(end: HostEnd, how: string, hasSpoken: boolean): void;
}

/** A host as those use it who give it orders, so that a test can stand in for its process. */
export type HostControl = Pick<Host, 'tell' | 'started' | 'recycle' | 'stop'>;

/** Starts a host that tells these events. */
export type StartHost = (events: HostEvents) => HostControl;

/** What a host is started as. */
interface HostSpec {
  readonly role: HostRole;
  readonly choice: BusChoice;
  readonly parts: readonly Part[];
  /** Where each of its processes waits for its turn to start. */
  readonly line: StartLine;
}

/** The hosts of one bus, by what they are to do. */
export type HostsOfRole = (role: HostRole) => StartHost;

/** Starts hosts on this bus, so many port hosts at a time; without a number one processor is left to the others. */
export function hostsOn(
  choice: BusChoice,
  parts: readonly Part[],
  startsMax: number = Math.max(2, availableParallelism() - 1),
): HostsOfRole {
  const line = new StartLine(startsMax);
  return (role) => (events) => new Host({ role, choice, parts, line }, events);
}

/** One child process that owns USB handles, watched from outside and started again whenever it ends. */
class Host {
  readonly #spec: HostSpec;
  readonly #events: HostEvents;
  #child: ChildProcess | null = null;
  #startedAtMs = 0;
  #watchdog: NodeJS.Timeout | undefined;
  #undertaker: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;
  #restartMs = RESTART_MS_MIN;
  #end: HostEnd = 'crashed';
  /** What the process said before it ended. */
  #reason: string | null = null;
  #hasSpoken = false;
  #isStopped = false;
  #nextStart = Promise.withResolvers<void>();
  #leaveLine: LeaveLine;

  constructor(spec: HostSpec, events: HostEvents) {
    this.#spec = spec;
    this.#events = events;
    this.#leaveLine = this.#getInLine();
  }

  /** False when there is no process to tell; then `onEnd` has been called or will not be. */
  tell(message: ToHost): boolean {
    const child = this.#child;
    if (child === null || !child.connected) return false;
    child.send(message, () => {});
    return true;
  }

  /** Resolves when there is a process to tell: at once, or after its turn to start and the pause between a death and the next start. */
  async started(): Promise<void> {
    if (this.#child?.pid === undefined && !this.#isStopped) await this.#nextStart.promise;
  }

  /** Has a new process at once in place of this one. False when there is none: a new one comes. */
  recycle(): boolean {
    return this.#kill('recycled');
  }

  /** Ends the process for good, or leaves it to the kernel when it cannot be ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#nextStart.resolve();
    clearTimeout(this.#restart);
    clearTimeout(this.#watchdog);
    clearTimeout(this.#undertaker);
    const child = this.#child;
    // One that was starting leaves its place when it has ended: the others in the line may be about to be stopped, too.
    if (child?.pid === undefined) this.#leaveLine();
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = Promise.withResolvers<void>();
    child.once('exit', () => ended.resolve());
    child.kill('SIGKILL');
    this.#undertaker = setTimeout(() => {
      letGo(child);
      ended.resolve();
    }, ENDING_MS_MAX);
    await ended.promise;
    clearTimeout(this.#undertaker);
  }

  #getInLine(): LeaveLine {
    const { line, role } = this.#spec;
    return line.enter(role, () => this.#start());
  }

  #start(): void {
    this.#startedAtMs = performance.now();
    this.#end = 'crashed';
    this.#reason = null;
    this.#hasSpoken = false;
    try {
      this.#child = spawned(this.#spec);
    } catch (thrown) {
      // Some reasons are thrown (no memory), others are an event of a child without a process; nobody expects an end in this turn.
      setImmediate(() => this.#gone(thrown instanceof Error ? thrown.message : String(thrown)));
      return;
    }
    this.#follow(this.#child);
  }

  #follow(child: ChildProcess): void {
    // A process that cannot be started has no exit event; one that dies under a message has errors, perhaps many, and an exit.
    child.on('error', (error) => this.#ended(child, error.message));
    child.once('exit', (code, signal) => this.#ended(child, signal ?? `exit ${code}`));
    // Without a process there is no `send` either, whatever the types of Node.js say.
    if (child.pid === undefined) return;
    child.send({ on: 'parts', parts: this.#spec.parts } satisfies ToHost, () => {});
    this.#nextStart.resolve();
    this.#nextStart = Promise.withResolvers();
    this.#expectSign(START_MS_MAX);
    child.on('message', (message: FromHost) => {
      // What a process that has ended said before is no sign of the next one.
      if (this.#child !== child) return;
      this.#hasSpoken = true;
      this.#leaveLine();
      this.#expectSign(SILENT_MS_MAX);
      if (message.on === 'failed') this.#reason = message.reason;
      else if (message.on !== 'alive') this.#events.onMessage(message);
    });
  }

  #expectSign(withinMs: number): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#watchdog = setTimeout(() => this.#kill('hung'), GRACE_MS);
    }, withinMs);
  }

  #kill(end: HostEnd): boolean {
    const child = this.#child;
    if (child === null) return false;
    this.#end = end;
    child.kill('SIGKILL');
    this.#undertaker ??= setTimeout(() => {
      this.#ended(child, 'SIGKILL, and does not end');
      letGo(child);
    }, ENDING_MS_MAX);
    return true;
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#child === child) this.#gone(how);
  }

  #gone(how: string): void {
    const end = this.#end;
    this.#child = null;
    clearTimeout(this.#watchdog);
    clearTimeout(this.#undertaker);
    this.#undertaker = undefined;
    this.#leaveLine();
    if (this.#isStopped) return;
    const pauseMs = end === 'recycled' ? 0 : this.#pauseAfter(performance.now() - this.#startedAtMs);
    this.#restart = setTimeout(() => {
      this.#leaveLine = this.#getInLine();
    }, pauseMs);
    this.#events.onEnd(end, this.#reason ?? how, this.#hasSpoken);
  }

  /** What fails again and again is started less and less often. */
  #pauseAfter(livedMs: number): number {
    const pauseMs = livedMs > HEALTHY_MS ? RESTART_MS_MIN : this.#restartMs;
    this.#restartMs = Math.min(pauseMs * 2, RESTART_MS_MAX);
    return pauseMs;
  }
}

/** Throws what kept the system from a process, unless that becomes an event of a child without one. */
function spawned({ role, choice }: HostSpec): ChildProcess {
  return spawn(process.execPath, [YOUNG_HEAP, ENTRY, role, JSON.stringify(choice)], {
    serialization: 'advanced',
    // stdout belongs to the command; what a host has to say is an error.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, UV_THREADPOOL_SIZE: String(THREADS) },
  });
}

/** Keeps nothing waiting for a process that may never end. It ends by itself when nobody is at the other end any more. */
function letGo(child: ChildProcess): void {
  child.unref();
  if (child.connected) child.disconnect();
}
