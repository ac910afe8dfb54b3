import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readStationFile } from './station-file.ts';

test('the example is a station file', async () => {
  const example = fileURLToPath(new URL('../../../config/station.example.yaml', import.meta.url));
  expect(await readStationFile(example)).toMatchObject({ station: 'line-1', slots: { length: 4 }, slotsPerHost: 8 });
});

test('without a file a station has a name and takes every port', async () => {
  expect(await readStationFile(undefined)).toEqual({ station: 'station-1' });
  expect(await readStationFile(undefined, 'left')).toEqual({ station: 'left' });
});

test('a name that cannot be one is refused, and was given with --station', async () => {
  await expect(readStationFile(undefined, 'a b')).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    details: { from: '--station', field: 'station' },
  });
});
