import { Fault } from '@flashline/contracts';
import { type Contact, hangUp, meet, type Visit } from './contact.ts';
import { requireProtection, requireReadable } from './phases/identify.ts';
import type { Resettable } from './phases/lock.ts';
import { comesBack, perhapsAnother } from './phases/port-watch.ts';
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

  /** False once the board was let go. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  session(): DfuSession {
    if (!this.#isOpen) throw new Fault('STATION_BUG', { reason: 'the board was let go' });
    return this.#contact.session;
  }

  async isReadable(): Promise<boolean> {
    const { session, map, part, port } = this.#contact;
    try {
      await requireReadable(session, { map, part, alternates: port.device.alternates, image: this.#visit.image });
      return true;
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.code !== 'BOARD_READ_PROTECTED') throw thrown;
      await session.settle();
      return false;
    }
  }

  async comesBack(): Promise<void> {
    await this.letGo();
    const { bus, path, bounds, limits, known } = this.#visit;
    const leaver = { path, address: this.#contact.listed?.address ?? null };
    const awayMs = await comesBack(bus, leaver, bounds, limits.returnMs);
    const swap = known.hasOwnSerial ? null : perhapsAnother(awayMs);
    if (swap !== null) throw new Fault('BOARD_GONE', swap);
    // Read protection may be what it was reset for.
    this.#contact = await meet(this.#visit, { readable: false, before: known.board });
    this.#isOpen = true;
  }

  async letGo(): Promise<void> {
    if (this.#isOpen) await hangUp(this.#visit, this.#contact);
    this.#isOpen = false;
  }
}

/** Removes the read protection of a board and waits until it is back in its bootloader; everything it held is gone then. */
export async function unprotect(visit: Visit): Promise<void> {
  const contact = await meet(visit, { readable: false });
  try {
    await requireProtection(contact.session, contact.part, contact.port.device.alternates);
    await contact.session.unprotect();
  } finally {
    await hangUp(visit, contact);
  }
  const { bus, path, bounds, limits, known } = visit;
  const leaver = { path, address: contact.listed?.address ?? null };
  await comesBack(bus, leaver, bounds, limits.massEraseMs + limits.returnMs);
  const again = await meet(visit, { readable: false, before: known.board });
  await hangUp(visit, again);
}
