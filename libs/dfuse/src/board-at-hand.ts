import { Fault } from '@flashline/contracts';
import { type Contact, hangUp, meet, type Visit } from './contact.ts';
import { confirm } from './phases/confirm.ts';
import type { Resettable } from './phases/lock.ts';
import { comesBack } from './phases/port-watch.ts';
import type { DfuSession } from './protocol/session.ts';

/** A board that is being worked on and may reset meanwhile: the contact with it as it is now. */
export class BoardAtHand implements Resettable {
  readonly #visit: Visit;
  #contact: Contact;
  #isOpen = true;

  constructor(visit: Visit, contact: Contact) {
    this.#visit = visit;
    this.#contact = contact;
  }

  /** As it was met last. */
  get contact(): Contact {
    return this.#contact;
  }

  /** False after the board has left its bootloader for good, or was let go. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  session(): DfuSession {
    if (!this.#isOpen) throw new Fault('STATION_BUG', { reason: 'the board was let go' });
    return this.#contact.session;
  }

  async comesBack(): Promise<void> {
    await this.letGo();
    const { bus, path, bounds, limits } = this.#visit;
    await comesBack(bus, { path, address: this.#contact.address }, bounds, limits.returnMs);
    // Read protection may be what it was reset for.
    this.#contact = await meet(this.#visit, { readable: false });
    this.#isOpen = true;
  }

  async staysAway(): Promise<void> {
    await this.letGo();
    const { bus, path, bounds, limits } = this.#visit;
    await confirm(bus, { path, address: this.#contact.address }, bounds, limits);
  }

  /** Leaves the board idle and closes its port. Never rejects. */
  async letGo(): Promise<void> {
    if (this.#isOpen) await hangUp(this.#visit, this.#contact);
    this.#isOpen = false;
  }
}

/** Removes the read protection of a board and waits until it is back in its bootloader; everything it held is gone then. */
export async function unprotect(visit: Visit): Promise<void> {
  const contact = await meet(visit, { readable: false });
  try {
    await contact.session.unprotect();
  } finally {
    await hangUp(visit, contact);
  }
  const { bus, path, bounds, limits } = visit;
  await comesBack(bus, { path, address: contact.address }, bounds, limits.massEraseMs + limits.returnMs);
}
