import { expect, test } from 'vitest';
import type { ImageSet } from '../images/image-set.ts';
import { type ProofEnding, proofResult, proofTable } from './proof-report.ts';

const SHA256 = '0123456789abcdef'.repeat(4);
const CONTENT = { bytes: 4, crc32: '00000000', sha256: SHA256 };
const IMAGE = { format: 'bin', targets: [], device: null, warnings: [] } as const;
const FILE = { path: '/app.bin', loadAddress: 0x0801_0000, bytes: 4, sha256: 'f'.repeat(64), content: CONTENT };
const IMAGES: ImageSet = { files: [{ ...FILE, image: IMAGE }], image: IMAGE, content: CONTENT };
const PASS: ProofEnding = {
  outcome: 'pass',
  fault: null,
  faultDetails: null,
  board: null,
  readback: CONTENT,
  ms: 1234.5,
  transfers: 200,
};
const FAIL: ProofEnding = {
  ...PASS,
  ...{ outcome: 'fail', fault: 'VERIFY_MISMATCH', faultDetails: { address: '0x08010002' }, readback: null },
};
const NAMES = { slot: '1-1.1', label: 'A1' };

test('a result names the bytes that were programmed, the files they come from, and what was read back', () => {
  expect(proofResult(NAMES, IMAGES, PASS)).toMatchObject({
    ...NAMES,
    outcome: 'pass',
    image: { sha256: SHA256, bytes: 4, files: [{ file: '/app.bin', sha256: 'f'.repeat(64), address: '0x08010000' }] },
    readback: { sha256: SHA256 },
  });
  expect(proofResult(NAMES, IMAGES, FAIL).readback).toBeNull();
});

test('people get a row for each board, the facts of each fault, and its advice once', () => {
  const results = [
    proofResult(NAMES, IMAGES, PASS),
    proofResult({ slot: '1-2', label: '1-2' }, IMAGES, FAIL),
    proofResult({ slot: '1-3', label: '1-3' }, IMAGES, FAIL),
  ];
  expect(proofTable(results).split('\n')).toEqual([
    'slot  outcome  fault            seconds  image         read back     transfers',
    '────  ───────  ───────────────  ───────  ────────────  ────────────  ─────────',
    'A1    PASS     -                1.23     0123456789ab  0123456789ab  200',
    '1-2   FAIL     VERIFY_MISMATCH  1.23     0123456789ab  -             200',
    '1-3   FAIL     VERIFY_MISMATCH  1.23     0123456789ab  -             200',
    '1-2: VERIFY_MISMATCH (address: 0x08010002)',
    '1-3: VERIFY_MISMATCH (address: 0x08010002)',
    expect.stringMatching(/^VERIFY_MISMATCH: What was read back/),
  ]);
});
