import type { Clock, DfuPort } from '@flashline/dfuse';
import type { FlashSector } from '../parts/bench-image.ts';
import type { ToolHabits } from './tools.ts';

const REQUEST = { DNLOAD: 1, UPLOAD: 2, GETSTATUS: 3, CLRSTATUS: 4, ABORT: 6 } as const;
const STATE = { IDLE: 2, DOWNLOAD_IDLE: 5, UPLOAD_IDLE: 9 } as const;
const COMMAND = { SET_ADDRESS: 0x21, ERASE: 0x41 } as const;
const STATUS_BYTES = 6;
const FIRST_BLOCK = 2;
const QUESTIONS_MAX = 100;
const NOTHING = new Uint8Array(0);

/** What is flashed, onto the sectors that a tool finds in the layout string. */
export interface Job {
  readonly address: number;
  readonly data: Uint8Array;
  readonly sectors: readonly FlashSector[];
}

/** Flashes a board the way a tool does. `run` rejects with TransferError where the board refuses and the tool would give up. */
export class Replay {
  readonly #port: DfuPort;
  readonly #clock: Clock;
  readonly #tool: ToolHabits;
  #transfers = 0;

  constructor(port: DfuPort, clock: Clock, tool: ToolHabits) {
    this.#port = port;
    this.#clock = clock;
    this.#tool = tool;
  }

  /** Control transfers so far. */
  get transfers(): number {
    return this.#transfers;
  }

  /** Everything that the tool does from opening the board to its order to leave. */
  async run(job: Job): Promise<void> {
    await this.#settle();
    const touched = job.sectors.filter((sector) => overlap(sector, job).length > 0);
    const portions = this.#tool.erases === 'first' ? [touched] : touched.map((sector) => [sector]);
    for (const sectors of portions) {
      for (const { address } of sectors) await this.#command(COMMAND.ERASE, address);
      await this.#write(within(job, sectors));
    }
    if (this.#tool.readsBack) await this.#readBack(job);
    await this.#leave(job);
  }

  async #write({ address, data }: Omit<Job, 'sectors'>): Promise<void> {
    const { transferSize } = this.#port.device.functional;
    const isEvery = this.#tool.addresses === 'every-block';
    for (let at = 0, block = FIRST_BLOCK; at < data.length; at += transferSize, block++) {
      if (isEvery || at === 0) await this.#command(COMMAND.SET_ADDRESS, address + at);
      await this.#operation(isEvery ? FIRST_BLOCK : block, data.subarray(at, at + transferSize));
    }
  }

  async #readBack({ address, data }: Job): Promise<void> {
    const { transferSize } = this.#port.device.functional;
    await this.#command(COMMAND.SET_ADDRESS, address);
    await this.#settle();
    for (let at = 0, block = FIRST_BLOCK; at < data.length; at += transferSize, block++) {
      const wanted = data.subarray(at, at + transferSize);
      const found = await this.#in(REQUEST.UPLOAD, block, wanted.length);
      if (Buffer.compare(wanted, found) !== 0) throw new Error(`${this.#tool.name} read something else back`);
    }
  }

  async #leave({ address }: Job): Promise<void> {
    if (this.#tool.readsBack) await this.#settle();
    if (this.#tool.leavesFrom === 'start-address') await this.#command(COMMAND.SET_ADDRESS, address);
    await this.#out(REQUEST.DNLOAD, FIRST_BLOCK, NOTHING);
    await this.#status();
  }

  async #settle(): Promise<void> {
    const { settles } = this.#tool;
    for (let asked = 0; asked < QUESTIONS_MAX; asked++) {
      const { state } = await this.#status();
      if (state === STATE.IDLE && (settles !== 'abort' || asked > 0)) return;
      const aborts = settles === 'abort' || state === STATE.DOWNLOAD_IDLE || state === STATE.UPLOAD_IDLE;
      await this.#out(aborts && settles !== 'clear-status' ? REQUEST.ABORT : REQUEST.CLRSTATUS, 0, NOTHING);
    }
    throw new Error(`${this.#tool.name} does not come to dfuIDLE`);
  }

  #command(command: number, address: number): Promise<void> {
    const payload = new DataView(new ArrayBuffer(5));
    payload.setUint8(0, command);
    payload.setUint32(1, address, true);
    return this.#operation(0, new Uint8Array(payload.buffer));
  }

  /** The first GETSTATUS starts it, a later one tells how it went. */
  async #operation(block: number, data: Uint8Array): Promise<void> {
    await this.#out(REQUEST.DNLOAD, block, data);
    for (let asked = 0; asked < QUESTIONS_MAX; asked++) {
      const { status, state, pollTimeoutMs } = await this.#status();
      if (status !== 0) throw new Error(`${this.#tool.name} was refused with status ${status}`);
      if (state === STATE.DOWNLOAD_IDLE) return;
      if (this.#tool.polls === 'as-told') await this.#clock.sleep(pollTimeoutMs);
    }
    throw new Error(`${this.#tool.name} gave up asking`);
  }

  async #status(): Promise<{ status: number; state: number; pollTimeoutMs: number }> {
    const [status = 0, low = 0, middle = 0, high = 0, state = 0] = await this.#in(REQUEST.GETSTATUS, 0, STATUS_BYTES);
    return { status, state, pollTimeoutMs: low | (middle << 8) | (high << 16) };
  }

  #out(request: number, value: number, data: Uint8Array): Promise<void> {
    this.#transfers += 1;
    return this.#port.controlOut(request, value, data, this.#tool.timeoutMs);
  }

  #in(request: number, value: number, length: number): Promise<Uint8Array> {
    this.#transfers += 1;
    return this.#port.controlIn(request, value, length, this.#tool.timeoutMs);
  }
}

/** The bytes of a job that lie in these sectors, which follow each other. */
function within(job: Job, sectors: readonly FlashSector[]): Omit<Job, 'sectors'> {
  const parts = sectors.map((sector) => overlap(sector, job));
  const address = job.address + Math.min(...parts.map(({ from }) => from));
  const end = Math.max(...parts.map(({ from, length }) => from + length));
  return { address, data: job.data.subarray(address - job.address, end) };
}

/** What of a job a sector holds: an offset into its bytes, and how many. */
function overlap(sector: FlashSector, { address, data }: Job): { readonly from: number; readonly length: number } {
  const from = Math.max(0, sector.address - address);
  const end = Math.min(data.length, sector.address + sector.bytes - address);
  return { from, length: Math.max(0, end - from) };
}
