import type { Health } from '@flashline/contracts';
import type { KnownStation } from '../line/floor.ts';

/** What the health is made of. */
export interface HealthFacts {
  readonly version: string;
  readonly startedAt: string;
  readonly recordTrouble: string | null;
  readonly queueTrouble: string | null;
  readonly stations: readonly KnownStation[];
}

/** How the line is, in plain words. Pure. */
export function healthOf({ version, startedAt, recordTrouble, queueTrouble, stations }: HealthFacts): Health {
  const troubles = [
    recordTrouble,
    queueTrouble,
    stations.length === 0 ? 'No station has reported yet.' : null,
    ...stations.map(stationTrouble),
  ].filter((trouble) => trouble !== null);
  return {
    status: troubles.length === 0 ? 'ok' : 'degraded',
    version,
    startedAt,
    troubles,
    stations: stations.map(({ station, online, simulated, slots }) => ({
      station,
      online,
      simulated,
      slots: slots.length,
    })),
  };
}

function stationTrouble({ station, online, trouble }: KnownStation): string | null {
  if (!online) return `Station ${station} does not answer.`;
  return trouble === null ? null : `Station ${station}: ${trouble}`;
}
