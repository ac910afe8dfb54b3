import {
  F303,
  F405,
  F405_LYING,
  L072,
  PARTS,
  type PartSpec,
  VirtualBench,
  VirtualClock,
} from '@flashline/virtual-boards';
import { describe, expect, test } from 'vitest';
import { firmwareBytes } from '../../engine/rig.ts';
import { flashOf, stretchFor } from '../parts/bench-image.ts';
import { Replay } from './replay.ts';
import { TOOLS } from './tools.ts';

const G474 = PARTS.find(({ name }) => name === 'G474') ?? F405;

function toolNamed(name: string) {
  const tool = TOOLS.find((one) => one.name === name);
  if (tool === undefined) throw new Error(name);
  return tool;
}

async function replay(part: PartSpec, tool: string) {
  const clock = new VirtualClock();
  const bench = new VirtualBench({ clock });
  bench.plug('1-1', { part: part.name, contents: 'used' });
  const { memory } = bench.board('1-1');
  const { address, bytes } = stretchFor(part);
  const data = firmwareBytes(bytes, 0, address);
  const replay = new Replay(await bench.open('1-1'), clock, toolNamed(tool));
  await replay.run({ address, data, sectors: flashOf(part) });
  const sins = bench.report('1-1').sins.map(({ sin }) => sin);
  return {
    transfers: replay.transfers,
    ms: clock.now(),
    holds: Buffer.compare(memory.read(address, bytes), data) === 0,
    sins,
  };
}

describe('the replay of dfu-util', () => {
  test.each([
    [F405, 794],
    [F303, 1160],
    [G474, 1928],
    [L072, 5192],
  ] as const)('flashes a $0.name in as many transfers as the real one: $1', async (part, transfers) => {
    expect(await replay(part, 'dfu-util 0.11')).toMatchObject({ transfers, holds: true, sins: [] });
  });

  test('waits 104 ms for every SET_ADDRESS and every block where polls lie', async () => {
    const lying = await replay(F405_LYING, 'dfu-util 0.11');
    const honest = await replay(F405, 'dfu-util 0.11');
    expect((lying.ms - honest.ms) / 128).toBeGreaterThan(190);
  });
});

test.each(TOOLS)('the replay of $name leaves an F405 with the image in it', async ({ name }) => {
  expect(await replay(F405, name)).toMatchObject({ holds: true });
});

test('the replay of pydfu erases as it goes, and is stalled by parts that cannot be asked early', async () => {
  expect(await replay(F405, 'pydfu')).toMatchObject({ transfers: 792, sins: [] });
  await expect(replay(F303, 'pydfu')).rejects.toMatchObject({ trouble: 'stall' });
});

test('the replay of the Betaflight configurator reads all of it back', async () => {
  const { transfers } = await replay(F405, 'Betaflight configurator');
  const { transfers: withoutProof } = await replay(F405, 'dfu-core 0.11');
  expect(transfers - withoutProof).toBeGreaterThanOrEqual(128);
});
