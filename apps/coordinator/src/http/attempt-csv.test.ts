import { Attempt } from '@flashline/contracts';
import type { Ledger } from '@flashline/store';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BenchWorker } from '../rig/bench-worker.ts';
import { openRig } from '../rig/rig.ts';
import { attemptCsv, written } from './attempt-csv.ts';

test('no cell of text can be run as a formula', () => {
  expect(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'].map(written)).toEqual([
    "'=1+1",
    "'+1",
    "'-1",
    "'@SUM(A1)",
    "'\tx",
    '"\'\rx"',
  ]);
  fc.assert(fc.property(fc.string(), (text) => !/^"?[=+\-@\t\r]/.test(written(text))));
});

test('cells with commas, quotes or line ends are quoted, and read back as they were', () => {
  expect(written('a,b')).toBe('"a,b"');
  expect(written('5" board')).toBe('"5"" board"');
  expect(written(null)).toBe('');
  expect(written(-5)).toBe('-5');
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ') }), (text) => {
      const cell = written(text)
        .replace(/^"(.*)"$/s, '$1')
        .replaceAll('""', '"');
      expect(cell.replace(/^'/, '')).toBe(text);
    }),
  );
});

test('what was locked is one cell, nothing is an empty one, and the firmware that came up stands behind', async () => {
  const rig = await openRig();
  await rig.startOrder(5);
  const worker = await BenchWorker.start(rig.queue, ['1-1', '1-2']);
  const locked = [{ memory: 'otp' as const, address: 0x1fff_7800, before: 'ff', after: '00' }];
  const application = { vendorId: 0x0483, productId: 0x5740, usbSerial: 'S1', version: 'v2' };
  await worker.plug('1-1');
  await worker.plug('1-2');
  for (const job of worker.jobs) await worker.finish(job, job.assignment.slot === '1-1' ? { locked, application } : {});
  const lines = [...attemptCsv(rig.ledger, { limit: 1 })];
  expect(lines.map((line) => line.split('Z,').at(-1)?.trimEnd())).toEqual([
    expect.stringMatching(/,recorded_at,locked,application_vendor_id(,application_\w+){3}$/),
    ',,,,',
    `"${JSON.stringify(locked).replaceAll('"', '""')}",0483,5740,S1,v2`,
  ]);
  await rig.close();
});

test('every field of an attempt has its column', () => {
  const ledger = { eachAttempt: () => [].values() } as unknown as Ledger;
  const [header] = attemptCsv(ledger, { limit: 1 });
  const columns = new Set(header?.trimEnd().split(','));
  const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const { result, intended, ...assigned } = Attempt.shape;
  const { board, readback, phases, application, ...ended } = result.unwrap().shape;
  for (const name of Object.keys({ ...assigned, ...ended, ...board.unwrap().shape }))
    expect(columns).toContain(snake(name));
  for (const name of Object.keys(application.unwrap().unwrap().shape))
    expect(columns).toContain(`application_${snake(name)}`);
  for (const name of Object.keys(intended.shape)) expect(columns).toContain(`intended_${name}`);
  for (const name of Object.keys(readback.unwrap().shape)) expect(columns).toContain(`readback_${name}`);
  for (const phase of phases.element.shape.name.options)
    for (const name of ['ms', 'bytes']) expect(columns).toContain(`${phase}_${name}`);
});
