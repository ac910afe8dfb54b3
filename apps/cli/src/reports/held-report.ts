import { type FaultCode, type FaultDetails, hex32 } from '@flashline/contracts';
import type { BoardJobReport } from '@flashline/dfuse';
import { digestOf, type Range } from '@flashline/firmware';
import type { NamedSlot } from '../bus-choice.ts';
import { table } from '../table.ts';
import { adviceOn } from './advice.ts';
import { hexDump } from './hex-dump.ts';

/** What was read from one board. */
export interface Held extends NamedSlot {
  readonly report: BoardJobReport;
  /** The file that it was saved to. */
  readonly file: string | null;
}

/** One result of `read` as `--json` prints it. */
export interface HeldResult extends NamedSlot {
  readonly fault: FaultCode | null;
  readonly faultDetails: FaultDetails | null;
  readonly board: BoardJobReport['board'];
  readonly file: string | null;
  readonly ranges: readonly {
    readonly address: number;
    readonly bytes: number;
    readonly crc32: string;
    readonly sha256: string;
    /** In hex, where they are few and not in a file. */
    readonly data: string | null;
  }[];
  readonly ms: number;
  readonly transfers: number;
}

/** What people and programs look at byte by byte; more is told by checksums. */
const SHOWN_BYTES_MAX = 4096;

/** The result of one board. */
export function heldResult({ slot, label, report, file }: Held): HeldResult {
  const { fault, faultDetails, board, ms, transfers } = report;
  const held = report.held ?? [];
  const isShown = file === null && isSmall(held);
  const ranges = held.map((range) => ({
    address: range.address,
    ...digestOf([range]),
    data: isShown ? Buffer.from(range.data).toString('hex') : null,
  }));
  return { slot, label, fault, faultDetails, board, file, ranges, ms, transfers };
}

/** What was read, for people: bytes where they are few and not in a file, else checksums; and what to do about the faults. */
export function heldText(all: readonly Held[]): string {
  const shown = all.filter(({ report: { held }, file }) => held !== null && file === null && isSmall(held));
  const dumps = shown.flatMap(({ label, report }) => [`${label}:`, ...(report.held ?? []).flatMap(hexDump), '']);
  const rest = all.filter((one) => !shown.includes(one));
  const rows = rest.flatMap(({ label, report, file }) => {
    if (report.held === null) return [[label, report.fault ?? '-', '-', '-', '-', '-', '-']];
    return report.held.map((range) => [label, 'read', ...cellsOf(range), file ?? '-']);
  });
  const head = ['slot', 'result', 'from', 'to', 'CRC-32', 'SHA-256', 'file'];
  return [
    ...dumps,
    ...(rows.length === 0 ? [] : [table([head, ...rows])]),
    ...adviceOn(all.map(({ label, report }) => ({ label, ...report }))),
  ]
    .join('\n')
    .trimEnd();
}

function cellsOf(range: Range): string[] {
  const { address, data } = range;
  const { crc32, sha256 } = digestOf([range]);
  return [hex32(address), hex32(address + data.length - 1), crc32, sha256];
}

function isSmall(held: readonly Range[]): boolean {
  return held.reduce((sum, { data }) => sum + data.length, 0) <= SHOWN_BYTES_MAX;
}
