import type { PartSpec } from '../chip/part.ts';
import { F405 } from '../chip/parts/f4-f7.ts';
import { readProtected } from '../chip/read-protection.ts';
import { contentsOf } from '../flash/contents.ts';
import { FlashMemory } from '../flash/flash-memory.ts';
import { Chip } from '../rom/chip.ts';
import { DfuMachine } from '../rom/dfu-machine.ts';
import { DFU_STATES, DFU_STATUSES, REQUEST } from '../rom/dfu-words.ts';
import type { Reply, Setup } from '../rom/exchange.ts';
import { FRESH, type Leftover } from '../rom/leftover.ts';
import { Sins } from '../rom/sins.ts';

const NOTHING = new Uint8Array(0);

/** Silicon without a defect. */
export const SOUND = { deaf: [], uneraseable: [], writeProtected: [] } as const;

/** The state machine of a ROM with a host's hands on it; each request is sent when the board is done with the one before. */
export class RomRig {
  readonly chip: Chip;
  readonly machine: DfuMachine;
  now = 0;

  constructor(part: PartSpec = F405, contents: 'blank' | 'used' = 'blank', found: Leftover = FRESH) {
    const memory = new FlashMemory(part, contentsOf(part, contents, 1), SOUND);
    this.chip = new Chip(part, memory, new Sins(), (address, length) => memory.read(address, length));
    this.machine = new DfuMachine(this.chip, found);
  }

  /** A rig whose chip is at read protection level 1. */
  static protected(part: PartSpec = F405, contents: 'blank' | 'used' = 'blank'): RomRig {
    return new RomRig(readProtected(part), contents);
  }

  out(request: number, value = 0, data: Uint8Array = NOTHING): Reply {
    return this.send({ direction: 'out', request, value, length: data.length, data });
  }

  in(request: number, value = 0, length = 6): Reply {
    return this.send({ direction: 'in', request, value, length, data: NOTHING });
  }

  send(setup: Setup, giveUpAt = Number.POSITIVE_INFINITY): Reply {
    const reply = this.machine.respond(setup, { askedAt: this.now, start: this.now, giveUpAt });
    if (reply.kind !== 'silence') this.now = reply.at;
    return reply;
  }

  /** GETSTATUS: status, state and poll timeout. */
  status(): [string | undefined, string | undefined, number] {
    const reply = this.in(REQUEST.getStatus);
    if (reply.kind !== 'data') return [reply.kind, reply.kind, 0];
    const [status = 99, low = 0, middle = 0, high = 0, state = 99] = reply.bytes;
    return [DFU_STATUSES[status], DFU_STATES[state], low + (middle << 8) + (high << 16)];
  }

  /** A whole operation; returns what the GETSTATUS after the wait says. */
  operate(block: number, data: Uint8Array): [string | undefined, string | undefined] {
    this.out(REQUEST.download, block, data);
    const [, , pollMs] = this.status();
    this.now += pollMs;
    const [status, state] = this.status();
    return [status, state];
  }

  upload(block: number, length: number): number[] | 'stall' {
    const reply = this.in(REQUEST.upload, block, length);
    return reply.kind === 'data' ? [...reply.bytes] : 'stall';
  }

  sins(): string[] {
    return this.chip.sins.all().map(({ sin }) => sin);
  }
}
