import { type Attempt, type AttemptQuery, PHASES, type PhaseName, type PhaseRecord } from '@flashline/contracts';
import type { Ledger } from '@flashline/store';

type Cell = string | number | boolean | null | undefined;
type Column = readonly [name: string, cell: (attempt: Attempt) => Cell];

/** A spreadsheet would run what begins like this as a formula (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]/;

const COLUMNS: readonly Column[] = [
  ['attempt_id', ({ attemptId }) => attemptId],
  ['seq', ({ seq }) => seq],
  ['station', ({ station }) => station],
  ['slot', ({ slot }) => slot],
  ['label', ({ label }) => label],
  ['seating_id', ({ seatingId }) => seatingId],
  ['order_id', ({ orderId }) => orderId],
  ['unit', ({ unit }) => unit],
  ['simulated', ({ simulated }) => simulated],
  ['outcome', ({ result }) => result?.outcome],
  ['fault', ({ result }) => result?.fault],
  ['fault_details', ({ result }) => (result?.faultDetails ? JSON.stringify(result.faultDetails) : null)],
  ['image', ({ image }) => image],
  ['intended_bytes', ({ intended }) => intended.bytes],
  ['intended_crc32', ({ intended }) => intended.crc32],
  ['intended_sha256', ({ intended }) => intended.sha256],
  ['readback_bytes', ({ result }) => result?.readback?.bytes],
  ['readback_crc32', ({ result }) => result?.readback?.crc32],
  ['readback_sha256', ({ result }) => result?.readback?.sha256],
  ['vendor_id', ({ result }) => hex16(result?.board?.vendorId)],
  ['product_id', ({ result }) => hex16(result?.board?.productId)],
  ['bcd_device', ({ result }) => hex16(result?.board?.bcdDevice)],
  ['usb_serial', ({ result }) => result?.board?.usbSerial],
  ['layout', ({ result }) => result?.board?.layout],
  ...PHASES.flatMap(phaseColumns),
  ['transfers', ({ result }) => result?.transfers],
  ['tool_version', ({ result }) => result?.toolVersion],
  ['assigned_at', ({ assignedAt }) => assignedAt],
  ['started_at', ({ result }) => result?.startedAt],
  ['ended_at', ({ result }) => result?.endedAt],
  ['duration_ms', ({ result }) => result?.durationMs],
  ['recorded_at', ({ recordedAt }) => recordedAt],
  ['locked', ({ result }) => (result?.locked.length ? JSON.stringify(result.locked) : null)],
  ['application_vendor_id', ({ result }) => hex16(result?.application?.vendorId)],
  ['application_product_id', ({ result }) => hex16(result?.application?.productId)],
  ['application_usb_serial', ({ result }) => result?.application?.usbSerial],
  ['application_version', ({ result }) => result?.application?.version],
];

/** Every attempt that matches as CSV (RFC 4180) with a header, newest first, one line after the other. `cursor` and `limit` are ignored. */
export function* attemptCsv(ledger: Ledger, query: AttemptQuery): IterableIterator<string> {
  yield line(COLUMNS.map(([name]) => name));
  for (const attempt of ledger.eachAttempt(query)) yield line(COLUMNS.map(([, cell]) => cell(attempt)));
}

function line(cells: readonly Cell[]): string {
  return `${cells.map(written).join(',')}\r\n`;
}

/** One cell as it is written: harmless to a spreadsheet, quoted where the format asks for it. */
export function written(cell: Cell): string {
  const text = String(cell ?? '');
  const harmless = typeof cell === 'string' && FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function phaseColumns(name: PhaseName): Column[] {
  const total = (attempt: Attempt, count: (phase: PhaseRecord) => number) => {
    const phases = attempt.result?.phases.filter((phase) => phase.name === name) ?? [];
    return phases.length === 0 ? null : phases.reduce((sum, phase) => sum + count(phase), 0);
  };
  return [
    [`${name}_ms`, (attempt) => total(attempt, ({ ms }) => ms)],
    [`${name}_bytes`, (attempt) => total(attempt, ({ bytes }) => bytes)],
  ];
}

function hex16(value: number | undefined): string | null {
  return value === undefined ? null : value.toString(16).padStart(4, '0');
}
