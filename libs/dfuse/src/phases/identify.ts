import {
  type BoardIdentity,
  type ExpectedBoard,
  Fault,
  hex32,
  layoutText,
  type Part,
  usbId,
} from '@flashline/contracts';
import { type FirmwareImage, programmed } from '@flashline/firmware';
import { alternateOf } from '../alternates.ts';
import { type MemoryMap, parseMemoryMap } from '../memory-map.ts';
import { PROGRAMMED_ALTERNATE } from '../plan/flash-plan.ts';
import type { Alternate, DfuDevice } from '../port.ts';
import type { DfuSession } from '../protocol/session.ts';

/** bcdDFUVersion of DfuSe. Plain DFU 1.1 means something else by block 0: our commands would be programmed as firmware. */
const DFUSE_VERSION = 0x011a;
/** bmAttributes of the functional descriptor (DFU 1.1, table 4.2). */
const CAN_DNLOAD = 1;
const CAN_UPLOAD = 2;
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

/** Throws WRONG_BOARD with the first field in which a board is not the one that the order is for. */
export function requireBoard(found: BoardIdentity, { vendorId, productId, bcdDevice, layout }: ExpectedBoard): void {
  requireEqual('id', usbId(vendorId, productId), usbId(found.vendorId, found.productId));
  if (bcdDevice !== null) requireEqual('bcdDevice', hex16(bcdDevice), hex16(found.bcdDevice));
  if (layout !== null) requireEqual('layout', layoutText(layout), layoutText(found.layout ?? ''));
}

/** Throws WRONG_BOARD when a DFU suffix says that the image is for another device. */
export function requireImageFor({ vendorId, productId }: BoardIdentity, { device }: FirmwareImage): void {
  const meant = usbId(device?.vendorId ?? vendorId, device?.productId ?? productId);
  requireEqual('image', meant, usbId(vendorId, productId));
}

/**
 * Throws WRONG_BOARD for a device that is not DfuSe, WRITE_REFUSED or READ_REFUSED for one that cannot download or upload: what
 * cannot be read back cannot be proven; BOARD_GARBLED for a transfer size that cannot be.
 */
export function requireDfuse({ functional: { bcdDfu, transferSize, attributes } }: DfuDevice): void {
  requireEqual('bcdDfu', hex16(DFUSE_VERSION), hex16(bcdDfu));
  if ((attributes & CAN_DNLOAD) === 0) throw new Fault('WRITE_REFUSED', { attributes, reason: 'no bitCanDnload' });
  if ((attributes & CAN_UPLOAD) === 0) throw new Fault('READ_REFUSED', { attributes, reason: 'no bitCanUpload' });
  if (transferSize < TRANSFER_BYTES.min || transferSize > TRANSFER_BYTES.max) {
    throw new Fault('BOARD_GARBLED', { transferSize });
  }
}

/** The memory of a board: what it says itself, or what is known better. Throws MEMORY_MAP_UNREADABLE. */
export function mapOf({ layout }: BoardIdentity, part: Part | null): MemoryMap {
  return parseMemoryMap(part?.layout ?? layout ?? '');
}

/** Where to look whether a board can be read. */
interface Readable {
  readonly map: MemoryMap;
  readonly part: Part | null;
  readonly alternates: readonly Alternate[];
  readonly image: FirmwareImage | null;
}

/** Throws BOARD_READ_PROTECTED for a board that cannot be read where its image begins, or whose option bytes forbid it. */
export async function requireReadable(session: DfuSession, { map, part, alternates, image }: Readable): Promise<void> {
  if (part?.hidesProtection === true) await requireOpen(session, part, alternates);
  const [first] = image === null ? [] : programmed(image, PROGRAMMED_ALTERNATE);
  const address = first?.address ?? map.sectors.find(({ readable }) => readable)?.address;
  const sector = map.sectors.find(
    (one) => address !== undefined && one.address <= address && address < one.address + one.bytes,
  );
  // An image that begins outside is the plan's to refuse.
  if (address !== undefined && sector?.readable === true) await probe(session, address);
}

/** Read protection shows as errVENDOR, or as a stall without a reason (AN2662). */
async function probe(session: DfuSession, address: number): Promise<void> {
  try {
    await session.read(address, PROBE_BYTES);
  } catch (thrown) {
    if (!isStall(thrown)) throw thrown;
    throw new Fault('BOARD_READ_PROTECTED', thrown.details, { cause: thrown });
  }
}

/** The U5 ROM answers reads and acknowledges writes under protection, and does neither: only its option bytes tell. */
async function requireOpen(session: DfuSession, part: Part, alternates: readonly Alternate[]): Promise<void> {
  const level = await rdpOf(session, part, alternates);
  if (level === null || level === part.optionBytes?.rdp.open) return;
  throw new Fault('BOARD_READ_PROTECTED', { rdp: level });
}

/** Before a protection is taken off, and everything with it: throws BOARD_STALLED for a board whose option bytes say that it has none. */
export async function requireProtection(
  session: DfuSession,
  part: Part | null,
  alternates: readonly Alternate[],
): Promise<void> {
  const level = part === null ? null : await rdpOf(session, part, alternates).catch(() => null);
  await session.settle();
  await session.selectAlternate(PROGRAMMED_ALTERNATE);
  if (level === null || level !== part?.optionBytes?.rdp.open) return;
  throw new Fault('BOARD_STALLED', { rdp: level, reason: 'it refuses to be read and is not protected' });
}

/** The RDP byte, or null where it is not known or cannot be reached. */
async function rdpOf(session: DfuSession, part: Part, alternates: readonly Alternate[]): Promise<number | null> {
  const alternate = alternateOf(alternates, 'option-bytes');
  if (alternate === null || part.optionBytes === undefined) return null;
  const { address, rdp } = part.optionBytes;
  await session.selectAlternate(alternate);
  const at = rdp.offset - (rdp.offset % PROBE_BYTES);
  const bytes = await session.read(address + at, PROBE_BYTES);
  await session.selectAlternate(PROGRAMMED_ALTERNATE);
  return bytes[rdp.offset - at] ?? null;
}

function isStall(thrown: unknown): thrown is Fault {
  return thrown instanceof Fault && thrown.code === 'BOARD_STALLED';
}

function requireEqual(field: string, expected: string, found: string): void {
  if (expected !== found) throw new Fault('WRONG_BOARD', { field, expected, found });
}

function hex16(value: number): string {
  return hex32(value).replace('0x0000', '0x');
}
