import {
  type Attempt,
  CHANNELS,
  Fault,
  type NewRuns,
  type OrderAction,
  type StartedRuns,
  type WorkOrder,
} from '@flashline/contracts';
import type { Queue, Stop } from '@flashline/queue';
import type { Ledger } from '@flashline/store';
import type { Logger } from 'pino';
import type { Time } from '../time.ts';
import { Cancellations } from './cancellations.ts';
import { DELIVER_AGAIN_MS, Dispatcher } from './dispatcher.ts';
import { Floor } from './floor.ts';
import { OrderBook } from './orders/order-book.ts';
import { RecordGuard } from './record-guard.ts';
import { Renaming } from './renaming.ts';
import { ResultIntake } from './result-intake.ts';
import { startRuns } from './runs.ts';

/** How often the line looks for stations gone silent and tells cancellations again. */
const TICK_MS = 1000;

/** Those who watch the line: screens, counters. */
export interface Audience {
  slotChanged(station: string, slot: string): void;
  /** Anything may have changed. */
  changed(): void;
  /** An attempt was committed with its result. */
  recorded(attempt: Attempt): void;
}

/** What the line stands on. */
export interface LineParts {
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly time: Time;
  readonly log: Logger;
  readonly newId: () => string;
  readonly simulated: boolean;
  readonly audience: Audience;
}

/** Where the events of the line meet: what stations report, what orders change, what time does. */
export class Line {
  readonly floor: Floor;
  readonly orders: OrderBook;
  readonly guard = new RecordGuard();
  readonly dispatcher: Dispatcher;
  readonly cancellations: Cancellations;
  readonly renaming: Renaming;
  readonly #intake: ResultIntake;
  readonly #parts: LineParts;

  constructor(parts: LineParts) {
    const { ledger, queue, time } = parts;
    const { guard } = this;
    this.#parts = parts;
    this.floor = new Floor(ledger, time);
    this.orders = new OrderBook({ ...parts, guard });
    this.dispatcher = new Dispatcher({ ...parts, guard, floor: this.floor });
    this.cancellations = new Cancellations(ledger, queue);
    this.renaming = new Renaming({ ...parts, floor: this.floor });
    this.#intake = new ResultIntake({ ...parts, guard, onRecorded: (attempt) => this.#recorded(attempt) });
  }

  /** Begins to listen to the stations. The returned function ends everything that was begun. */
  async start(): Promise<Stop> {
    const { queue, time } = this.#parts;
    const stops = await Promise.all([
      queue.listen(CHANNELS.bench, (data) => this.#guarded(() => this.#hear(data))),
      queue.listen(CHANNELS.progress, (data) => this.#guarded(() => this.#hearProgress(data))),
      queue.consume(CHANNELS.results, (data) => this.#intake.take(data)),
    ]);
    const cancels = [
      time.every(TICK_MS, () => this.#tick()),
      time.every(DELIVER_AGAIN_MS, () => this.dispatcher.sweep()),
    ];
    return async () => {
      for (const cancel of cancels) cancel();
      await Promise.all(stops.map((stop) => stop()));
    };
  }

  /** Starts, pauses or closes an order; boards that waited for it are served at once. Throws NOT_FOUND, ORDER_STATE or ORDER_OTHER_ACTIVE. */
  moveOrder(id: string, action: OrderAction): WorkOrder {
    if (action === 'start') this.#requireBoardsFor(this.orders.find(id));
    this.orders.move(id, action);
    this.#ordersChanged();
    return this.orders.find(id);
  }

  /** An order for virtual boards would wait for ever on real ones, and the other way round. */
  #requireBoardsFor({ id, simulated }: WorkOrder): void {
    const stations = this.floor.stations().filter(({ online }) => online);
    if (stations.length > 0 && stations.every((station) => station.simulated !== simulated))
      throw new Fault('SIMULATION_MIXED', { order: id, simulated });
  }

  /** Starts runs as an MES asks for them. Throws NOT_FOUND or ORDER_STATE when there is no order to work on. */
  startRuns(request: NewRuns): StartedRuns {
    const { floor, dispatcher } = this;
    const started = startRuns({ ledger: this.#parts.ledger, floor, dispatcher }, request);
    this.#parts.audience.changed();
    return started;
  }

  #hear(data: unknown): void {
    const report = this.floor.hear(data);
    if (report === null) {
      this.#parts.log.warn('a bench report that makes no sense was dropped');
      return;
    }
    this.renaming.hear(report);
    this.#parts.audience.changed();
    this.dispatcher.serve();
  }

  #hearProgress(data: unknown): void {
    const report = this.floor.hearProgress(data);
    if (report !== null) this.#parts.audience.slotChanged(report.station, report.slot);
  }

  #recorded(attempt: Attempt): void {
    this.floor.attemptChanged(attempt);
    this.#parts.audience.recorded(attempt);
    this.#ordersChanged();
  }

  #ordersChanged(): void {
    this.#guarded(() => this.dispatcher.serve());
    this.#parts.audience.changed();
  }

  #tick(): void {
    this.cancellations.repeat();
    this.renaming.repeat();
    this.#parts.audience.changed();
  }

  /** A ledger that cannot be read must not end the process that answers for it. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (err) {
      this.#parts.log.error({ err }, 'the line could not carry on');
    }
  }
}
