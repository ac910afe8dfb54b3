import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readStationFile } from './station-file.ts';

test('the example is a station file', async () => {
  const example = fileURLToPath(new URL('../../../../config/station.example.yaml', import.meta.url));
  const { slots, ...rest } = await readStationFile(example);
  expect(rest).toEqual({ station: 'line-1', slotsPerHost: 8, startsPerHub: 4 });
  expect(slots?.map(({ label, path }) => `${label} ${path}`)).toEqual([
    ...['A1 1-1.1.1', 'A2 1-1.1.2', 'A3 1-1.1.3', 'A4 1-1.1.4', 'B1 1-1.2.1', 'B2 1-1.2.2', 'B3 1-1.2.3', 'B4 1-1.2.4'],
    ...['R1 1-2.4', 'R2 1-2.3', 'R3 1-2.2', 'R4 1-2.1', 'Rework 1-3'],
  ]);
  expect(slots?.[5]).toMatchObject({ group: 'Left fixture', place: { row: 2, column: 2 } });
});

test('without a file a station has a name and takes every port', async () => {
  expect(await readStationFile(undefined)).toEqual({ station: 'station-1' });
  expect(await readStationFile(undefined, 'left')).toEqual({ station: 'left' });
});

test('a name that cannot be one is refused, and was given with --station', async () => {
  await expect(readStationFile(undefined, 'a b')).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    details: {
      file: '--station',
      field: 'station',
      reason: expect.stringMatching(/^is "a b", must be 1-32 letters/) as unknown,
    },
  });
});
