import { Fault, type FaultDetails } from '@flashline/contracts';
import type { FirmwareImage, Range, Target } from '../image.ts';
import { malformed, tooLarge } from '../image-fault.ts';
import { joinRanges } from '../ranges.ts';
import { BCD_DFUSE, DFU_SUFFIX_BYTES, type DfuSuffix, readDfuSuffix } from './dfu-suffix.ts';

// Layout of the file: ST UM0391, "DfuSe file format specification". All numbers are little-endian.
/** "DfuSe", bVersion, DFUImageSize, bTargets. */
export const DFUSE_PREFIX_BYTES = 11;
/** "Target", bAlternateSetting, bTargetNamed, szTargetName[255], dwTargetSize, dwNbElements. */
export const TARGET_PREFIX_BYTES = 274;
/** dwElementAddress, dwElementSize. */
export const ELEMENT_PREFIX_BYTES = 8;
/** Elements in one file. */
export const ELEMENTS_MAX = 65_536;

interface Part {
  readonly alternate: number;
  readonly name: string | null;
  readonly elements: readonly Range[];
}

/**
 * Reads a DfuSe file, which starts with `DfuSe`. Targets of the same alternate setting become one.
 * Throws IMAGE_TRUNCATED, IMAGE_MALFORMED, IMAGE_CHECKSUM, IMAGE_EMPTY and the faults of `joinRanges`.
 */
export function readDfuseFile(file: Uint8Array): FirmwareImage {
  const suffix = checkedSuffix(file);
  const parts = partsOf(file.subarray(DFUSE_PREFIX_BYTES, -DFU_SUFFIX_BYTES), file[DFUSE_PREFIX_BYTES - 1] ?? 0);
  const targets = targetsOf(parts);
  if (targets.length === 0) throw new Fault('IMAGE_EMPTY');
  return { format: 'dfu', targets, device: suffix.device, warnings: warningsOf(file, suffix) };
}

/** Checks what holds the file together before anything in it is believed: suffix, checksum, size. */
function checkedSuffix(file: Uint8Array): DfuSuffix {
  const bytes = file.length;
  if (bytes < DFUSE_PREFIX_BYTES + DFU_SUFFIX_BYTES) throw new Fault('IMAGE_TRUNCATED', { bytes });
  const declared = declaredBytes(file);
  const suffix = readDfuSuffix(file);
  if (suffix === null) {
    // A file of exactly the declared size may never have had a suffix: that is not a cut.
    const isCut = bytes < declared + DFU_SUFFIX_BYTES && bytes !== declared;
    throw isCut ? new Fault('IMAGE_TRUNCATED', { bytes, declared }) : malformed('no DFU suffix');
  }
  if (suffix.length !== DFU_SUFFIX_BYTES) throw malformed('length of the suffix', { length: suffix.length });
  if (!suffix.isIntact) throw new Fault('IMAGE_CHECKSUM');
  const version = file[5] ?? 0;
  if (version !== 1) throw malformed('version of the format', { version });
  // dfuse-pack.py counts the suffix, most other tools do not.
  if (declared !== bytes && declared !== bytes - DFU_SUFFIX_BYTES) throw malformed('DFUImageSize', { bytes, declared });
  return suffix;
}

function declaredBytes(file: Uint8Array): number {
  return viewOf(file).getUint32(6, true);
}

function warningsOf(file: Uint8Array, { bcdDfu }: DfuSuffix): string[] {
  const warnings: string[] = [];
  if (declaredBytes(file) === file.length) warnings.push('DFUImageSize counts the suffix; most tools leave it out.');
  if (bcdDfu !== BCD_DFUSE) warnings.push(`The suffix says DFU 0x${bcdDfu.toString(16)}, DfuSe is 0x11a.`);
  return warnings;
}

function partsOf(body: Uint8Array, count: number): Part[] {
  const parts: Part[] = [];
  let rest = body;
  let elementsLeft = ELEMENTS_MAX;
  for (let index = 0; index < count; index++) {
    const { part, bytes } = partAt(rest, { target: index }, elementsLeft);
    parts.push(part);
    elementsLeft -= part.elements.length;
    rest = rest.subarray(bytes);
  }
  if (rest.length > 0) throw malformed('bytes after the last target', { bytes: rest.length });
  return parts;
}

function partAt(body: Uint8Array, where: FaultDetails, elementsMax: number): { part: Part; bytes: number } {
  if (body.length < TARGET_PREFIX_BYTES) throw malformed('target runs past the end of the file', where);
  if (asciiOf(body.subarray(0, 6)) !== 'Target') throw malformed('no target signature', where);
  const view = viewOf(body);
  const size = view.getUint32(266, true);
  const elements = view.getUint32(270, true);
  if (size > body.length - TARGET_PREFIX_BYTES) throw malformed('target runs past the end of the file', where);
  if (elements > elementsMax) throw tooLarge('elements', ELEMENTS_MAX);
  const bytes = TARGET_PREFIX_BYTES + size;
  return {
    part: {
      alternate: view.getUint8(6),
      name: view.getUint32(7, true) === 0 ? null : asciiOf(body.subarray(11, 266)),
      elements: elementsOf(body.subarray(TARGET_PREFIX_BYTES, bytes), elements, where),
    },
    bytes,
  };
}

function elementsOf(body: Uint8Array, count: number, where: FaultDetails): Range[] {
  const elements: Range[] = [];
  const view = viewOf(body);
  let at = 0;
  for (let element = 0; element < count; element++) {
    const dataAt = at + ELEMENT_PREFIX_BYTES;
    if (dataAt > body.length) throw malformed('element runs past the end of its target', { ...where, element });
    const end = dataAt + view.getUint32(at + 4, true);
    if (end > body.length) throw malformed('element runs past the end of its target', { ...where, element });
    elements.push({ address: view.getUint32(at, true), data: body.subarray(dataAt, end) });
    at = end;
  }
  if (at < body.length) throw malformed('bytes after the last element', { ...where, bytes: body.length - at });
  return elements;
}

function targetsOf(parts: readonly Part[]): Target[] {
  return [...Map.groupBy(parts, ({ alternate }) => alternate)]
    .sort(([a], [b]) => a - b)
    .map(([alternate, group]) => ({
      alternate,
      name: group.find(({ name }) => name !== null)?.name ?? null,
      ranges: joinRanges(group.flatMap(({ elements }) => elements)),
    }))
    .filter(({ ranges }) => ranges.length > 0);
}

/** Printable ASCII up to the first NUL. */
function asciiOf(bytes: Uint8Array): string {
  const [text = ''] = Buffer.from(bytes).toString('latin1').split('\0', 1);
  return text.replaceAll(/[^ -~]/g, '');
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
