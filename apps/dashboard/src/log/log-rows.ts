import type { Attempt } from '@flashline/contracts';

/**
 * The newest page of the log with what was committed since it was fetched. Nothing is put below the page's last row: when
 * there are older pages, it belongs to one of them.
 */
export function withNews(page: readonly Attempt[], news: readonly Attempt[], hasOlder: boolean): readonly Attempt[] {
  const lastSeq = hasOlder ? (page.at(-1)?.seq ?? 0) : 0;
  const fresh = new Map(news.filter(({ seq }) => seq >= lastSeq).map((attempt) => [attempt.attemptId, attempt]));
  const kept = page.filter(({ attemptId }) => !fresh.has(attemptId));
  return [...fresh.values(), ...kept].sort((a, b) => b.seq - a.seq);
}

/** How the proof of an attempt came out: `equal` is what a pass needs, `none` is nothing read back. */
export type Proof = 'equal' | 'differs' | 'none';

/** Compares what was read back with what was intended. */
export function proofOf({ intended, result }: Attempt): Proof {
  const readback = result?.readback ?? null;
  if (readback === null) return 'none';
  const equal =
    readback.bytes === intended.bytes && readback.crc32 === intended.crc32 && readback.sha256 === intended.sha256;
  return equal ? 'equal' : 'differs';
}
