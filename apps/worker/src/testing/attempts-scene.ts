import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AttemptResult,
  type Digest,
  type FlashJob,
  PLAIN_ORDER_RECIPE,
  ST_BOOTLOADER,
} from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { type Journal, openJournal, type Seat } from '@flashline/store';
import type { Safe } from '../attempt.ts';
import { Attempts, type AttemptsOptions } from '../attempts.ts';
import type { Ending } from '../ending.ts';
import type { EntryOrder, FlashOrder } from '../hosts/host-messages.ts';
import { Bench } from '../slots/bench.ts';
import { Starts } from '../slots/starts.ts';

/** The only slot that is named here; boards on other ports make theirs. */
export const SLOT = '1-1.1';
/** When everything happens. */
export const AT = '2026-01-01T00:00:00.000Z';
/** What every order here intends. */
export const INTENDED: Digest = { bytes: 4, crc32: '01234567', sha256: 'ab'.repeat(32) };
/** Nobody stops anything. */
export const SIGNAL = new AbortController().signal;
/** A board in its bootloader. */
export const DEVICE: BusDevice = {
  path: SLOT,
  address: 7,
  vendorId: 0x0483,
  productId: 0xdf11,
  bcdDevice: 0x2200,
  usbSerial: 'STM32',
  mode: 'dfu',
};
/** The same board while its firmware runs. */
export const RUNNING: BusDevice = {
  ...DEVICE,
  address: 3,
  productId: 0x5740,
  usbSerial: '204A33',
  mode: 'application',
};
/** How an attempt ends when all is well. */
export const PASS: Ending = {
  outcome: 'pass',
  fault: null,
  faultDetails: null,
  board: null,
  hasOwnSerial: true,
  cameUp: false,
  readback: INTENDED,
  phases: [],
  locked: [],
  application: null,
  transfers: 9,
};

/** A real journal and bench around attempts, with hosts that do as they are told here and write down what they were asked for. */
export class AttemptsScene {
  readonly #folder = mkdtempSync(join(tmpdir(), 'flashline-attempts-'));
  readonly journal: Journal = openJournal(this.#folder);
  readonly bench = this.newBench();
  nowMs = 0;
  /** How asking the next board ends, and flashing it. */
  entering: () => Promise<BusDevice> = async () => DEVICE;
  ending: () => Promise<Ending> = async () => PASS;
  left: Awaited<ReturnType<Safe['left']>> = null;
  readonly orders: FlashOrder[] = [];
  readonly entries: EntryOrder[] = [];
  readonly askedAgain: string[] = [];
  readonly dropped: string[] = [];
  readonly hosts: AttemptsOptions['hosts'] = {
    enter: async (order, onMet) => {
      this.entries.push(order);
      const device = await this.entering();
      onMet?.(device, this.nowMs);
      return device;
    },
    flash: (order) => {
      this.orders.push(order);
      return this.ending();
    },
    cancel: () => {},
  };
  #ids = 0;

  /** A board is in its bootloader from the start. */
  constructor() {
    this.bench.scan([DEVICE]);
  }

  close(): void {
    this.journal.close();
    rmSync(this.#folder, { recursive: true });
  }

  /** Attempts that were flashed, in order. */
  get flashes(): string[] {
    return this.orders.map(({ attemptId }) => attemptId);
  }

  newBench(): Bench {
    return new Bench({
      nowMs: () => this.nowMs,
      moment: () => AT,
      newId: () => uuid(++this.#ids),
      onSlot: () => {},
      onChange: () => {},
      onMoved: () => {},
    });
  }

  attempts(changes: Partial<AttemptsOptions> = {}): Attempts {
    return new Attempts({
      station: 'line-1',
      toolVersion: '0.0.0',
      simulated: true,
      journal: this.journal,
      bench: this.bench,
      starts: new Starts(),
      hosts: this.hosts,
      images: async () => '/image',
      safe: {
        keep: async () => {},
        left: async () => this.left,
        drop: async (ids) => void this.dropped.push(...ids),
      },
      nowMs: () => this.nowMs,
      moment: () => AT,
      onProgress: () => {},
      onResult: () => {},
      onAskedAgain: ({ result }) => this.askedAgain.push(result.attemptId),
      onTrouble: () => {},
      ...changes,
    });
  }

  /** A job for the board that sits in the slot now; its attempt is `attemptId(n)`. */
  job(n: number, changes: Partial<FlashJob['assignment']> = {}): FlashJob {
    const state = this.bench.state(SLOT);
    const seatingId = 'seating' in state ? state.seating.id : uuid(999);
    const assignment = {
      attemptId: attemptId(n),
      station: 'line-1',
      slot: SLOT,
      label: 'A1',
      seatingId,
      orderId: null,
      image: 'cd'.repeat(32),
      intended: INTENDED,
      unit: null,
      simulated: true,
      assignedAt: AT,
      ...changes,
    };
    return { assignment, imageName: 'x.hex', loadAddress: null, board: ST_BOOTLOADER, recipe: PLAIN_ORDER_RECIPE };
  }

  /** What the journal has of an attempt; null while it has not ended. */
  kept(n: number): Pick<AttemptResult, 'outcome' | 'fault'> | null {
    const known = this.journal.look(attemptId(n));
    return known.is === 'ended' ? known.report.result : null;
  }
}

/** The id of the attempt that a job is for. */
export function attemptId(n: number): string {
  return uuid(100 + n);
}

/** Where the board of a job sits. */
export function seatFor({ assignment: { slot, seatingId, attemptId: attempt } }: FlashJob): Seat {
  const { vendorId, productId, bcdDevice, usbSerial, address } = DEVICE;
  const board = { vendorId, productId, bcdDevice, usbSerial, layout: null };
  return { slot, seating: { id: seatingId, since: AT, board }, attemptId: attempt, address };
}

function uuid(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}
