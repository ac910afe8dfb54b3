import { VirtualBoard } from '../board/board.ts';
import { type BoardSpec, parseBoardSpec } from '../board/board-spec.ts';
import type { PartSpec } from '../chip/part.ts';
import { F405 } from '../chip/parts/f4-f7.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { flashByHand, type Hand, leaveByHand, type Mistake } from './hand-host.ts';

export const FLASH = 0x0800_0000;
export const NOTHING = new Uint8Array(0);

/** A board in virtual time, and a way to open it. */
export interface BoardRig {
  readonly board: VirtualBoard;
  readonly clock: VirtualClock;
  readonly hand: (mistake?: Mistake) => Hand;
}

export function boardWith(spec: BoardSpec = {}, part: PartSpec = F405, speed = 1): BoardRig {
  const clock = new VirtualClock();
  const board = new VirtualBoard(part, parseBoardSpec(spec), { clock, speed });
  return { board, clock, hand: (mistake) => ({ port: board.open(), clock, ...(mistake && { mistake }) }) };
}

/** Where a host would put a firmware: the first sector that can be erased. */
export function firmwareAddress({ memory }: VirtualBoard): number {
  return memory.sectors.find(({ erasable }) => erasable)?.address ?? FLASH;
}

/** The addresses of the true flash sectors under `length` bytes of firmware. */
export function sectorsUnder(board: VirtualBoard, length: number, start = firmwareAddress(board)): number[] {
  const isUnder = (address: number, bytes: number) => address < start + length && address + bytes > start;
  return board.memory.sectors
    .filter(({ address, bytes, erasable }) => erasable && isUnder(address, bytes))
    .map(({ address }) => address);
}

/** Flashes, reads back and leaves; throws at whatever a careful host would notice. */
export async function makeBoard(board: VirtualBoard, hand: Hand, image: Uint8Array): Promise<void> {
  const start = firmwareAddress(board);
  const readBack = await flashByHand(hand, sectorsUnder(board, image.length), start, image);
  if (Buffer.compare(readBack, image) !== 0) throw new Error('read-back differs');
  await leaveByHand(hand, start);
}

/** Waits until the board is back on the bus, whatever it is then. */
export async function returned(board: VirtualBoard): Promise<void> {
  while (board.presence === 'away') await new Promise<void>((resolve) => (board.onPresence = resolve));
}
