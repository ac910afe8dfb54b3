import { Health } from '@flashline/contracts';

const ANSWER_MS_MAX = 2000;
/** Addresses to listen on that are no addresses to ask. */
const EVERY_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };

/** The address of a station on this computer that works on boards of this sort, virtual or real; null when none answers there. */
export async function runningStation(
  { host, port }: { readonly host: string; readonly port: number },
  simulated: boolean,
): Promise<string | null> {
  const url = `http://${EVERY_ADDRESS[host] ?? host}:${port}/`;
  const health = await healthAt(url).catch(() => null);
  const works = health?.stations.some((station) => station.online && station.simulated === simulated) === true;
  return works ? url : null;
}

async function healthAt(url: string): Promise<Health | null> {
  const response = await fetch(new URL('api/v1/health', url), { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  return Health.safeParse(await response.json()).data ?? null;
}
