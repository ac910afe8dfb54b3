import { type BoardIdentity, type FaultCode, type FaultDetails, hex32, type Outcome } from '@flashline/contracts';
import type { Ending } from '@flashline/worker';
import type { NamedSlot } from '../bus-choice.ts';
import type { ImageSet } from '../images/image-set.ts';
import { table } from '../table.ts';
import { adviceOn } from './advice.ts';

/** What `flash` and `verify` know of one board in the end. */
export interface ProofEnding extends Pick<Ending, 'outcome' | 'fault' | 'faultDetails' | 'board' | 'readback'> {
  readonly ms: number;
  readonly transfers: number;
}

/** One result as `--json` prints it. `image.sha256` is of the programmed bytes, so it can be held against the read-back. */
export interface ProofResult extends NamedSlot {
  readonly outcome: Outcome;
  readonly fault: FaultCode | null;
  readonly faultDetails: FaultDetails | null;
  readonly board: BoardIdentity | null;
  readonly image: {
    readonly sha256: string;
    readonly bytes: number;
    readonly files: readonly { readonly file: string; readonly sha256: string; readonly address: string | null }[];
  };
  readonly readback: { readonly sha256: string } | null;
  readonly ms: number;
  readonly transfers: number;
}

/** The result of one board. */
export function proofResult(names: NamedSlot, { content, files }: ImageSet, ending: ProofEnding): ProofResult {
  const { outcome, fault, faultDetails, board, readback, ms, transfers } = ending;
  return {
    ...names,
    outcome,
    fault,
    faultDetails,
    board,
    image: {
      sha256: content.sha256,
      bytes: content.bytes,
      files: files.map(({ path, sha256, loadAddress }) => ({
        file: path,
        sha256,
        address: loadAddress === null ? null : hex32(loadAddress),
      })),
    },
    readback: readback === null ? null : { sha256: readback.sha256 },
    ms,
    transfers,
  };
}

/** Results as a table for people, and what to do about the faults. */
export function proofTable(results: readonly ProofResult[]): string {
  const rows = results.map(({ label, outcome, fault, ms, image, readback, transfers }) => [
    label,
    outcome.toUpperCase(),
    fault ?? '-',
    (ms / 1000).toFixed(2),
    image.sha256.slice(0, 12),
    readback?.sha256.slice(0, 12) ?? '-',
    String(transfers),
  ]);
  const head = ['slot', 'outcome', 'fault', 'seconds', 'image', 'read back', 'transfers'];
  return [table([head, ...rows]), ...adviceOn(results)].join('\n');
}
