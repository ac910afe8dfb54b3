import type { Attempt } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { proofOf, withNews } from './log-rows.ts';

const row = (seq: number, recordedAt: string | null = null) => ({ seq, attemptId: `id-${seq}`, recordedAt }) as Attempt;
const seqs = (attempts: readonly Attempt[]): number[] => attempts.map(({ seq }) => seq);

test('news comes on top and replaces what was in work', () => {
  const rows = withNews([row(5), row(4)], [row(7), row(4, 'now')], true);
  expect(seqs(rows)).toEqual([7, 5, 4]);
  expect(rows[2]?.recordedAt).toBe('now');
});

test('what belongs to an older page is not put on this one', () => {
  expect(seqs(withNews([row(9), row(8)], [row(10), row(3)], true))).toEqual([10, 9, 8]);
  expect(seqs(withNews([row(9), row(8)], [row(10), row(3)], false))).toEqual([10, 9, 8, 3]);
});

test('proof is equal bytes, checksum and hash, and nothing less', () => {
  const intended = { bytes: 10, crc32: 'aaaaaaaa', sha256: 'x' };
  const proof = (readback: object | null) => proofOf({ intended, result: { readback } } as Attempt);
  expect(proof({ ...intended })).toBe('equal');
  expect(proof({ ...intended, bytes: 11 })).toBe('differs');
  expect(proof({ ...intended, crc32: 'bbbbbbbb' })).toBe('differs');
  expect(proof({ ...intended, sha256: 'y' })).toBe('differs');
  expect(proof(null)).toBe('none');
  expect(proofOf({ intended, result: null } as Attempt)).toBe('none');
});
