import { type Clock, type DfuPort, TransferError } from '@flashline/dfuse';
import { DFU_STATES, DFU_STATUSES, type DfuState, type DfuStatus, REQUEST } from '../rom/dfu-words.ts';

/** A mistake that real tools make; a device that forgives one is no test of a host. */
export type Mistake =
  | 'no-erase'
  | 'data-from-block-1'
  | 'no-abort-before-upload'
  | 'no-status-after-data'
  | 'one-status-after-data'
  | 'no-address'
  | 'big-endian-address'
  | 'clear-status-first'
  | 'no-address-before-leave';

/** What the hand-written host works with. */
export interface Hand {
  readonly port: DfuPort;
  readonly clock: Clock;
  readonly mistake?: Mistake;
}

const TIMEOUT_MS = 5000;
const NOTHING = new Uint8Array(0);

/** GETSTATUS, taken apart. */
export async function getStatus({
  port,
}: Pick<Hand, 'port'>): Promise<{ status: DfuStatus; state: DfuState; pollTimeoutMs: number }> {
  const bytes = await port.controlIn(REQUEST.getStatus, 0, 6, TIMEOUT_MS);
  const [status = 0, low = 0, middle = 0, high = 0, state = 0] = bytes;
  return {
    status: DFU_STATUSES[status] ?? 'errUNKNOWN',
    state: DFU_STATES[state] ?? 'dfuERROR',
    pollTimeoutMs: low + middle * 0x100 + high * 0x1_0000,
  };
}

/** One operation as the protocol wants it: DNLOAD, the GETSTATUS that starts it, the wait, the GETSTATUS that tells. */
export async function operate(hand: Hand, block: number, data: Uint8Array): Promise<void> {
  await hand.port.controlOut(REQUEST.download, block, data, TIMEOUT_MS);
  const busy = await getStatus(hand);
  if (busy.state !== 'dfuDNBUSY') throw new Error(`${busy.state} ${busy.status} instead of dfuDNBUSY`);
  await hand.clock.sleep(busy.pollTimeoutMs);
  const done = await getStatus(hand);
  if (done.state !== 'dfuDNLOAD-IDLE') throw new Error(`${done.state} ${done.status} instead of dfuDNLOAD-IDLE`);
}

/** A DfuSe command with an address. */
export function command(opcode: number, address: number, isLittleEndian = true): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = opcode;
  new DataView(bytes.buffer).setUint32(1, address, isLittleEndian);
  return bytes;
}

/** Erases the sectors, writes the image, reads it back. Returns what was read; the board is in dfuUPLOAD-IDLE then. */
export async function flashByHand(
  hand: Hand,
  sectors: readonly number[],
  address: number,
  image: Uint8Array,
): Promise<Uint8Array> {
  const { port, mistake } = hand;
  if (mistake === 'clear-status-first') await port.controlOut(REQUEST.clearStatus, 0, NOTHING, TIMEOUT_MS);
  if (mistake !== 'no-erase') for (const sector of sectors) await operate(hand, 0, command(0x41, sector));
  await point(hand, address);
  await writeBlocks(hand, image);
  if (mistake !== 'no-abort-before-upload') await port.controlOut(REQUEST.abort, 0, NOTHING, TIMEOUT_MS);
  return readBlocks(hand, image.length);
}

async function point(hand: Hand, address: number): Promise<void> {
  if (hand.mistake === 'no-address') return;
  await operate(hand, 0, command(0x21, address, hand.mistake !== 'big-endian-address'));
}

async function writeBlocks(hand: Hand, image: Uint8Array): Promise<void> {
  const { port, mistake } = hand;
  const stride = port.device.functional.transferSize;
  const first = mistake === 'data-from-block-1' ? 1 : 2;
  for (let offset = 0; offset < image.length; offset += stride) {
    const block = first + offset / stride;
    const data = image.subarray(offset, offset + stride);
    if (mistake !== 'no-status-after-data' && mistake !== 'one-status-after-data') await operate(hand, block, data);
    else await port.controlOut(REQUEST.download, block, data, TIMEOUT_MS);
    if (mistake === 'one-status-after-data') await getStatus(hand);
  }
}

/** Reads from the address pointer on. */
export async function readBlocks({ port }: Hand, length: number): Promise<Uint8Array> {
  const stride = port.device.functional.transferSize;
  const bytes = new Uint8Array(length);
  for (let offset = 0; offset < length; offset += stride) {
    const want = Math.min(stride, length - offset);
    const got = await port.controlIn(REQUEST.upload, 2 + offset / stride, want, TIMEOUT_MS);
    bytes.set(got, offset);
  }
  return bytes;
}

/** Leaves the bootloader after a read-back, through the vector table at `address`. */
export async function leaveByHand(hand: Hand, address: number): Promise<void> {
  await hand.port.controlOut(REQUEST.abort, 0, NOTHING, TIMEOUT_MS);
  if (hand.mistake !== 'no-address-before-leave') await operate(hand, 0, command(0x21, address));
  await hand.port.controlOut(REQUEST.download, 0, NOTHING, TIMEOUT_MS);
  const { state } = await getStatus(hand).catch(goneIsLeft);
  if (state !== 'dfuMANIFEST') throw new Error(`${state} instead of dfuMANIFEST`);
}

/** GD32 ROMs leave without an answer (sources.md 5.4). */
function goneIsLeft(error: unknown): { state: DfuState } {
  if (error instanceof TransferError && error.trouble === 'gone') return { state: 'dfuMANIFEST' };
  throw error;
}

/** An image that a board would start: a vector table in front of bytes that repeat nowhere near a block. */
export function imageOf(length: number, flashAddress = 0x0800_0000, stackTop = 0x2000_1000): Uint8Array {
  const image = Uint8Array.from({ length }, (_, n) => (n * 31 + (n >> 8) * 7 + 3) & 0xff);
  const view = new DataView(image.buffer);
  view.setUint32(0, stackTop, true);
  view.setUint32(4, flashAddress + 0x101, true);
  return image;
}
