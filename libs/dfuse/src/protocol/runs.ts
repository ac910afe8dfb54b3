/** Block 0 carries commands, block 1 is reserved (UM0424). */
export const FIRST_BLOCK = 2;
/** wBlockNum has 16 bits. */
const LAST_BLOCK = 0xffff;

/** Consecutive blocks after one SET_ADDRESS: a block's number tells the device where it goes. */
interface Run {
  readonly direction: 'read' | 'write';
  readonly address: number;
  readonly nextBlock: number;
}

/** Which block number an address has: run start + (number - 2) x wTransferSize (AN3156). */
export class Runs {
  readonly #strideBytes: number;
  readonly #mayJump: boolean;
  #run: Run | null = null;

  /** `mayJump`: reads may take block numbers out of turn, which spares a SET_ADDRESS. ROMs compute; some loaders only count. */
  constructor(strideBytes: number, mayJump: boolean) {
    this.#strideBytes = strideBytes;
    this.#mayJump = mayJump;
  }

  /** The number of the block of `bytes` at `address`, or null when it needs a SET_ADDRESS first. Takes the number. */
  next(direction: Run['direction'], address: number, bytes: number): number | null {
    const run = this.#run;
    if (run?.direction !== direction) return null;
    const block = FIRST_BLOCK + (address - run.address) / this.#strideBytes;
    const isInTurn = block === run.nextBlock || (this.#mayJump && direction === 'read');
    if (!Number.isInteger(block) || block < FIRST_BLOCK || block > LAST_BLOCK || !isInTurn) return null;
    this.#take(run, block, bytes);
    return block;
  }

  /** A SET_ADDRESS has been carried out; its first block is taken, too. */
  begin(direction: Run['direction'], address: number, bytes: number): number {
    this.#take({ direction, address, nextBlock: FIRST_BLOCK }, FIRST_BLOCK, bytes);
    return FIRST_BLOCK;
  }

  /** A loader that counts bytes is somewhere else after a short block than one that computes addresses. */
  #take(run: Run, block: number, bytes: number): void {
    const isOver = !this.#mayJump && bytes < this.#strideBytes;
    this.#run = isOver ? null : { ...run, nextBlock: block + 1 };
  }

  /** The device's address pointer is not known any more. */
  forget(): void {
    this.#run = null;
  }
}
