import type { BusDevice } from '@flashline/dfuse';
import type { Look } from '../slots/sight.ts';
import type { SlotEvent } from '../slots/slot.ts';
import type { Board } from './true-board.ts';

/** A look at the port, and the board that was seen. */
export interface PortLook {
  readonly event: SlotEvent;
  readonly device: BusDevice | null;
  readonly board: Board | null;
}

/** A port as it really is, which nobody but the model knows. Every board says the same of itself. */
export class TruePort {
  board: Board | null = null;
  /** Plugged in, and on the bus. */
  isUp = false;
  /** The address of a stranger that is there: a loader without a serial port, or a memory stick. */
  stranger: number | null = null;
  /** Changes whenever the hub leaves or comes back. */
  hub = 0;
  /** Not seen before, although it is there. */
  hiddenUntilMs = 0;
  /** Not shown before, although the kernel has it. */
  #shownFromMs = 0;
  #addresses = 0;

  newAddress(): number {
    return ++this.#addresses;
  }

  /** Whatever is there goes; a board that stays plugged in may come up again. */
  clear(): void {
    this.isUp = false;
    this.stranger = null;
  }

  empty(): void {
    this.board = null;
    this.clear();
  }

  comeUp(shownFromMs: number): void {
    this.isUp = true;
    this.#shownFromMs = shownFromMs;
  }

  device(nowMs: number): BusDevice | null {
    if (nowMs < this.hiddenUntilMs) return null;
    const said = { path: '1-1', vendorId: 0x0483, bcdDevice: 0x2200, usbSerial: null };
    if (this.stranger !== null) return { ...said, address: this.stranger, productId: 1, mode: 'other' };
    if (this.board === null || !this.isUp) return null;
    const { mode, address, isMute } = this.board;
    if (mode === 'dfu') return { ...said, address, productId: 0xdf11, mode };
    return isMute ? { ...said, address, productId: 2, mode: 'other' } : { ...said, address, productId: 0x5740, mode };
  }

  /** What a look shows of it. */
  shown(nowMs: number): Pick<Look, 'device' | 'arriving'> {
    const device = this.device(nowMs);
    const isLate = this.stranger === null && nowMs < this.#shownFromMs;
    return isLate ? { device: null, arriving: device?.address ?? null } : { device, arriving: null };
  }
}
