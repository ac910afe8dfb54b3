import { Fault, hex32, IMAGE_FILE_BYTES_MAX } from '@flashline/contracts';
import type { DeviceIds, FirmwareImage, Range, Target } from './image.ts';
import { malformed, tooLarge } from './image-fault.ts';
import { joinRanges } from './ranges.ts';

/** One of several images that are programmed together, and what a fault calls it. */
export interface ImagePart {
  readonly image: FirmwareImage;
  readonly name: string;
}

/** A range of one part. */
interface Piece extends Range {
  readonly name: string;
}

/**
 * Makes one image of several (a bootloader, an application) and lays patches (a serial number, a calibration) over it.
 * It is an image like any other: plan, digest and proof cover every byte of it.
 *
 * - Parts may overlap where their bytes are equal. Where they are not, IMAGE_OVERLAP names two parts and the first
 *   such address of them.
 * - Patches belong to alternate setting 0. They replace what the parts have there and add what they do not have. Two
 *   patches with an address in common are an IMAGE_OVERLAP, whatever their bytes.
 * - Parts made for different vendor or product ids are IMAGE_MALFORMED; for different versions of one device, the whole
 *   is for any version.
 * - The format is that of the first part; a target has the first name that a part gives it.
 *
 * Throws IMAGE_EMPTY without parts, IMAGE_TOO_LARGE for more bytes than a file may have, and what `joinRanges` throws.
 */
export function composeImage(parts: readonly ImagePart[], patches: readonly Range[] = []): FirmwareImage {
  const [first] = parts;
  if (first === undefined) throw new Fault('IMAGE_EMPTY');
  const ranges = parts.flatMap(({ image }) => image.targets.flatMap((target) => target.ranges));
  const bytes = [...ranges, ...patches].reduce((sum, { data }) => sum + data.length, 0);
  if (bytes > IMAGE_FILE_BYTES_MAX) throw tooLarge('bytes', IMAGE_FILE_BYTES_MAX);
  return {
    format: first.image.format,
    targets: patched(targetsOf(parts), patches),
    device: deviceOf(parts),
    warnings: parts.flatMap(({ image, name }) => image.warnings.map((warning) => `${name}: ${warning}`)),
  };
}

function targetsOf(parts: readonly ImagePart[]): Target[] {
  const named = parts.flatMap(({ image, name }) => image.targets.map((target) => ({ target, part: name })));
  return [...Map.groupBy(named, ({ target }) => target.alternate)].map(([alternate, group]) => ({
    alternate,
    name: group.find(({ target }) => target.name !== null)?.target.name ?? null,
    ranges: joinRanges(
      withoutRepeats(group.flatMap(({ target, part }) => target.ranges.map((range) => ({ ...range, name: part })))),
    ),
  }));
}

/** What is left of pieces when no byte is named twice. Throws IMAGE_OVERLAP where two name different bytes. */
function withoutRepeats(pieces: readonly Piece[]): Range[] {
  const fresh: Range[] = [];
  let open: Piece[] = [];
  let end = 0;
  for (const piece of pieces.toSorted((a, b) => a.address - b.address)) {
    open = open.filter((earlier) => endOf(earlier) > piece.address);
    for (const earlier of open) requireEqual(earlier, piece);
    open.push(piece);
    fresh.push(clipped(piece, end, endOf(piece)));
    end = Math.max(end, endOf(piece));
  }
  return fresh;
}

/** `later` begins within `earlier`. */
function requireEqual(earlier: Piece, later: Piece): void {
  const from = later.address;
  const to = Math.min(endOf(earlier), endOf(later));
  const bytes = clipped(earlier, from, to).data;
  const others = clipped(later, from, to).data;
  if (Buffer.compare(bytes, others) === 0) return;
  const at = bytes.findIndex((byte, index) => byte !== others[index]);
  throw new Fault('IMAGE_OVERLAP', { address: hex32(from + at), first: earlier.name, second: later.name });
}

function patched(targets: readonly Target[], patches: readonly Range[]): Target[] {
  const target = targets.find(({ alternate }) => alternate === 0) ?? { alternate: 0, name: null, ranges: [] };
  const rest = patches.reduce(without, target.ranges);
  const ranges = joinRanges([...rest, ...patches]);
  const others = targets.filter(({ alternate }) => alternate !== 0);
  return [...(ranges.length > 0 ? [{ ...target, ranges }] : []), ...others].sort((a, b) => a.alternate - b.alternate);
}

function without(ranges: readonly Range[], hole: Range): Range[] {
  return ranges
    .flatMap((range) => [clipped(range, 0, hole.address), clipped(range, endOf(hole), endOf(range))])
    .filter(({ data }) => data.length > 0);
}

/** The part of a range that lies from one address up to another; empty when none does. */
function clipped({ address, data }: Range, from: number, to: number): Range {
  const start = Math.max(from, address);
  return { address: start, data: data.subarray(start - address, Math.max(to, start) - address) };
}

function deviceOf(parts: readonly ImagePart[]): DeviceIds | null {
  const devices = parts.flatMap(({ image }) => image.device ?? []);
  if (devices.length === 0) return null;
  const [bcdDevice = null, ...otherVersions] = idsOf(devices, 'bcdDevice');
  return {
    vendorId: onlyId(devices, 'vendorId'),
    productId: onlyId(devices, 'productId'),
    bcdDevice: otherVersions.length === 0 ? bcdDevice : null,
  };
}

function onlyId(devices: readonly DeviceIds[], field: 'vendorId' | 'productId'): number | null {
  const ids = idsOf(devices, field);
  const [id = null] = ids;
  if (ids.length > 1) throw malformed('made for different devices', { field, ids: ids.map(hex16).join(' ') });
  return id;
}

function hex16(id: number): string {
  return `0x${id.toString(16).padStart(4, '0')}`;
}

/** The different ids that devices name; a wildcard names none. */
function idsOf(devices: readonly DeviceIds[], field: keyof DeviceIds): number[] {
  return [...new Set(devices.flatMap((device) => device[field] ?? []))];
}

function endOf({ address, data }: Range): number {
  return address + data.length;
}
