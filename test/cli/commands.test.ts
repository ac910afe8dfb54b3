import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BLINKY, Line } from '../support/line.ts';
import { flashline } from '../support/processes.ts';

const FIRMWARE = join(import.meta.dirname, '../../../shared/firmware');
const BETAFLIGHT = join(FIRMWARE, 'betaflight-3.5.2-stm32f405.hex');

interface Result {
  readonly slot: string;
  readonly outcome: string;
  readonly fault: string | null;
  readonly image: { sha256: string; bytes: number };
  readonly readback: { sha256: string } | null;
  readonly phases: { name: string; ms: number; bytes: number }[];
  readonly transfers: number;
}

function resultsOf(stdout: string): Result[] {
  return (JSON.parse(stdout) as { results: Result[] }).results;
}

const fast = ['--virtual-speed', '0'];

test('flash --all --json prints one object, with the read-back equal to the image on every board', async () => {
  const { code, stdout } = await flashline(['flash', BLINKY, '--virtual', '3', '--all', '--json', ...fast]);
  expect(code).toBe(0);
  const results = resultsOf(stdout);
  expect(results.map(({ slot }) => slot)).toEqual(['1-1.1', '1-1.2', '1-1.3']);
  for (const { outcome, fault, image, readback, phases, transfers } of results) {
    expect({ outcome, fault }).toEqual({ outcome: 'pass', fault: null });
    expect(image.bytes).toBe(82_108);
    expect(readback?.sha256).toBe(image.sha256);
    expect(phases.find(({ name }) => name === 'verify')?.bytes).toBe(82_108);
    expect(transfers).toBeGreaterThan(100);
  }
});

test('flash --slot takes labels and port paths, and leaves the other boards alone', async () => {
  const slots = ['--slot', 'A3', '--slot', '1-1.1'];
  const { code, stdout } = await flashline(['flash', BLINKY, '--virtual', '3', ...slots, '--json', ...fast]);
  expect(code).toBe(0);
  expect(resultsOf(stdout).map(({ slot }) => slot)).toEqual(['1-1.3', '1-1.1']);
});

test('one bad board among good ones is told apart, and the exit code says that not all passed', async () => {
  const line = await Line.open(3);
  try {
    const [one = '', two = '', three = ''] = line.paths;
    await line.plug(one);
    await line.plug(two, { misbehaviours: [{ kind: 'bit-flip', address: 0x0800_8123, bit: 3 }] });
    await line.plug(three);
    const bench = ['--virtual-bench', line.benchAddress, '--data', line.folder, ...fast];
    const { code, stdout } = await flashline(['flash', BLINKY, '--all', '--json', ...bench]);
    expect(code).toBe(1);
    expect(resultsOf(stdout).map(({ outcome, fault }) => [outcome, fault])).toEqual([
      ['pass', null],
      ['fail', 'VERIFY_MISMATCH'],
      ['pass', null],
    ]);
  } finally {
    await line.close();
  }
});

test('list shows what is plugged in, by label and port path', async () => {
  const { code, stdout } = await flashline(['list', '--virtual', '2', '--json', ...fast]);
  expect(code).toBe(0);
  const { devices } = JSON.parse(stdout) as { devices: unknown[] };
  expect(devices).toMatchObject([
    { label: 'A1', path: '1-1.1', mode: 'dfu', vendorId: 0x0483, productId: 0xdf11 },
    { label: 'A2', path: '1-1.2', mode: 'dfu' },
  ]);
});

test('demo --once flashes every board, checks the boards themselves and leaves nothing running', async () => {
  const { code, stdout } = await flashline(['demo', '--once', '--boards', '3', ...['--virtual-speed', '0.05']]);
  expect(code, stdout).toBe(0);
  expect(stdout.match(/PASS/g)).toHaveLength(3);
  expect(stdout).toContain('every programmed byte is there on 3 of 3');
  expect(stdout).toContain('every sector outside the image holds what it held before on 3 of 3');
});

if (!existsSync(BETAFLIGHT)) {
  if (process.env.CI) throw new Error(`${FIRMWARE} is missing, and CI runs every test`);
  process.stderr.write('\nSKIPPED: a test with real firmware, because ../shared/firmware is not here.\n');
}

test.skipIf(!existsSync(BETAFLIGHT))('info tells the ranges, sizes and checksums of a real image', async () => {
  const { code, stdout } = await flashline(['info', BETAFLIGHT, '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    format: 'hex',
    targets: [
      {
        alternate: 0,
        ranges: [
          { address: 0x0800_0000, bytes: 12_586 },
          { address: 0x0800_8000, bytes: 317_880 },
        ],
      },
    ],
    content: { bytes: 330_466 },
  });
});
