import { FAULTS, usbId } from '@flashline/contracts';
import { type BoardFacts, type BoardJobReport, parseMemoryMap } from '@flashline/dfuse';
import type { Range } from '@flashline/firmware';
import type { NamedSlot } from '../bus-choice.ts';
import { drawMemoryMap } from '../memory-drawing.ts';
import { hexDump } from './hex-dump.ts';
import { sheet } from './sheet.ts';

/** bmAttributes of the DFU functional descriptor (DFU 1.1, table 4.2). */
const ATTRIBUTES = ['download', 'upload', 'manifestation tolerant', 'will detach'] as const;

/** What a board tells about itself, as `--json` prints it. */
export function describeBoard(names: NamedSlot, { fault, faultDetails, board, facts }: BoardJobReport) {
  if (facts === null) return { ...names, fault, faultDetails, board };
  const { part, functional, alternates, layout, isReadProtected } = facts;
  return {
    ...{ ...names, fault, faultDetails, board, part, functional, alternates, layout },
    memories: parseMemoryMap(layout).runs,
    isReadProtected,
    optionBytes: hexOf(facts.optionBytes),
    otp: hexOf(facts.otp),
    warnings: warningsOf(facts),
  };
}

/** What a board tells about itself, for people. */
export function boardSheet(label: string, { fault, facts }: BoardJobReport): string {
  if (facts === null) {
    const { says, do: action } = FAULTS[fault ?? 'STATION_BUG'];
    return `${label}: ${fault}: ${says} ${action}`;
  }
  const { board, part, functional, isReadProtected } = facts;
  const { attributes, transferSize, bcdDfu, detachTimeoutMs } = functional;
  const can = ATTRIBUTES.filter((_, bit) => (attributes & (1 << bit)) !== 0);
  const head = [
    ['slot', label],
    ['USB id', `${usbId(board.vendorId, board.productId)}, device version ${hex16(board.bcdDevice)}`],
    ['USB serial', board.usbSerial ?? '-'],
    ['part', part ?? 'not known'],
    ['DFU version', hex16(bcdDfu)],
    ['can', can.join(', ')],
    ['transfers', `${transferSize} bytes`],
    ['detach time', `${detachTimeoutMs} ms`],
    ['read protected', isReadProtected ? 'yes' : 'no'],
  ];
  return [
    sheet(head),
    '',
    ...drawMemoryMap(parseMemoryMap(facts.layout)),
    ...memory('option bytes', facts.optionBytes),
    ...memory('one-time programmable memory', facts.otp),
    ...warningsOf(facts).map((warning) => `warning: ${warning}`),
  ].join('\n');
}

function warningsOf({ part, board, layout, isReadProtected }: BoardFacts): string[] {
  return [
    ...(part === null ? ['The part is not in the parts file: the board is believed what it says of itself.'] : []),
    ...(board.layout === layout ? [] : [`The map of the part goes before the one the board tells: ${board.layout}`]),
    ...(isReadProtected ? ['The flash cannot be read: only "flashline flash --unprotect" works, and erases it.'] : []),
  ];
}

function memory(name: string, ranges: readonly Range[] | null): string[] {
  if (ranges === null) return ['', `${name}: cannot be read`];
  return ['', `${name}:`, ...ranges.flatMap(hexDump)];
}

function hexOf(ranges: readonly Range[] | null) {
  return ranges?.map(({ address, data }) => ({ address, data: Buffer.from(data).toString('hex') })) ?? null;
}

function hex16(value: number): string {
  return value.toString(16).padStart(4, '0');
}
