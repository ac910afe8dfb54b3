import { type BoardIdentity, type ExpectedBoard, Fault, hex32, usbId } from '@flashline/contracts';
import type { FirmwareImage } from '@flashline/firmware';
import { type MemoryMap, parseMemoryMap } from '../memory-map.ts';
import { PROGRAMMED_ALTERNATE } from '../plan.ts';
import type { DfuDevice } from '../port.ts';
import type { DfuSession } from '../protocol/session.ts';

/** bcdDFUVersion of DfuSe. Plain DFU 1.1 means something else by block 0: our commands would be programmed as firmware. */
const DFUSE_VERSION = 0x011a;
/** A DfuSe command takes 5 bytes; Linux and Windows cap a control transfer at 4096. */
const TRANSFER_BYTES = { min: 8, max: 4096 } as const;
/** AN2662 allows no reads of less than two bytes. */
const PROBE_BYTES = 2;

/** What a board says about itself, cut to the lengths that a record takes. */
export function identityOf({ vendorId, productId, bcdDevice, usbSerial, alternates }: DfuDevice): BoardIdentity {
  const layout = alternates.find(({ alternate }) => alternate === PROGRAMMED_ALTERNATE)?.name;
  return {
    vendorId,
    productId,
    bcdDevice,
    usbSerial: usbSerial?.slice(0, 128) ?? null,
    layout: layout?.slice(0, 1024) ?? null,
  };
}

/** Throws WRONG_BOARD with the first field in which a board is not the one that the order and the image are for. */
export function requireBoard(found: BoardIdentity, expected: ExpectedBoard, image: FirmwareImage): void {
  const { vendorId, productId, bcdDevice, layout } = expected;
  const foundId = usbId(found.vendorId, found.productId);
  requireEqual('id', usbId(vendorId, productId), foundId);
  if (bcdDevice !== null) requireEqual('bcdDevice', hex16(bcdDevice), hex16(found.bcdDevice));
  if (layout !== null) requireEqual('layout', spaced(layout), spaced(found.layout ?? ''));
  const made = { vendorId: image.device?.vendorId ?? vendorId, productId: image.device?.productId ?? productId };
  requireEqual('image', usbId(made.vendorId, made.productId), foundId);
}

/** Throws WRONG_BOARD for a device that is not DfuSe, BOARD_GARBLED for a transfer size that cannot be. */
export function requireDfuse({ functional: { bcdDfu, transferSize } }: DfuDevice): void {
  requireEqual('bcdDfu', hex16(DFUSE_VERSION), hex16(bcdDfu));
  if (transferSize < TRANSFER_BYTES.min || transferSize > TRANSFER_BYTES.max) {
    throw new Fault('BOARD_GARBLED', { transferSize });
  }
}

/** Brings the board to dfuIDLE, reads its memory map, and looks whether it can be read at all where the image begins. */
export async function identify(session: DfuSession, found: BoardIdentity, imageAddress: number): Promise<MemoryMap> {
  await session.settle();
  const map = parseMemoryMap(found.layout ?? '');
  const sector = map.sectors.find(({ address, bytes }) => address <= imageAddress && imageAddress < address + bytes);
  // An image that begins outside is the plan's to refuse.
  if (sector !== undefined) await requireReadable(session, imageAddress);
  return map;
}

/** Read protection shows as errVENDOR, or as a stall without a reason (AN2662); a single stall may be chance. */
async function requireReadable(session: DfuSession, address: number): Promise<void> {
  const read = () => session.read(address, PROBE_BYTES);
  try {
    await read().catch((thrown) => {
      if (!isStall(thrown)) throw thrown;
      return session.settle().then(read);
    });
  } catch (thrown) {
    if (!isStall(thrown)) throw thrown;
    throw new Fault('BOARD_READ_PROTECTED', thrown.details, { cause: thrown });
  }
}

function isStall(thrown: unknown): thrown is Fault {
  return thrown instanceof Fault && thrown.code === 'BOARD_STALLED';
}

function requireEqual(field: string, expected: string, found: string): void {
  if (expected !== found) throw new Fault('WRONG_BOARD', { field, expected, found });
}

/** ROMs pad the names in their layout strings with one to three spaces. */
function spaced(layout: string): string {
  return layout.trim().replace(/ +/g, ' ');
}

function hex16(value: number): string {
  return hex32(value).replace('0x0000', '0x');
}
