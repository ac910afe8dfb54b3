import { StationFile } from '@flashline/contracts';
import { configInvalid } from '../problems/config-invalid.ts';
import { readYamlFile } from '../yaml-file.ts';
import { SlotList } from './slot-list.ts';

/** A station file is small; one that people wrote by hand for 256 slots has some 20 KB. */
const STATION_BYTES_MAX = 256 * 1024;

/** The station file as people write it. */
export const WrittenStation = StationFile.extend({ slots: SlotList.optional() });

/** Reads the station file; without one, a station named `fallback`. Throws FILE_UNREADABLE or CONFIG_INVALID. */
export async function readStationFile(path: string | undefined, fallback = 'station-1'): Promise<StationFile> {
  if (path !== undefined) return readYamlFile(path, WrittenStation, { bytesMax: STATION_BYTES_MAX });
  const { success, data, error } = StationFile.safeParse({ station: fallback });
  if (success) return data;
  const reason = `is "${fallback}", ${error.issues[0]?.message}`;
  throw configInvalid('--station', [{ line: null, field: 'station', reason }]);
}
