import { StationFile } from '@flashline/contracts';
import { check, readYamlFile } from './yaml-file.ts';

const STATION_BYTES_MAX = 256 * 1024;

/** Reads the station file; without one, a station named `fallback`. Throws FILE_UNREADABLE or CONFIG_INVALID. */
export async function readStationFile(path: string | undefined, fallback = 'station-1'): Promise<StationFile> {
  if (path === undefined) return check(StationFile, { station: fallback }, () => ({ from: '--station' }));
  return readYamlFile(path, StationFile, { bytesMax: STATION_BYTES_MAX });
}
