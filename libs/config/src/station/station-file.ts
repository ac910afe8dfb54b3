import { StationFile } from '@flashline/contracts';
import { check, readYamlFile } from '../yaml-file.ts';
import { SlotList } from './slot-list.ts';

/** A station file is small; one that people wrote by hand for 256 slots has some 20 KB. */
const STATION_BYTES_MAX = 256 * 1024;

/** The station file as people write it. */
export const WrittenStation = StationFile.extend({ slots: SlotList.optional() });

/** Reads the station file; without one, a station named `fallback`. Throws FILE_UNREADABLE or CONFIG_INVALID. */
export async function readStationFile(path: string | undefined, fallback = 'station-1'): Promise<StationFile> {
  if (path === undefined) return check(StationFile, { station: fallback }, () => ({ from: '--station' }));
  return readYamlFile(path, WrittenStation, { bytesMax: STATION_BYTES_MAX });
}
