import { useComputed } from '@preact/signals';
import { bench } from '../live/this-bench.ts';
import { wallTime } from '../words/formats.ts';
import { Mark } from './mark.tsx';

/** Says at once that nothing on the page is current. */
export function LinkBanner() {
  const link = bench.link.value;
  if (link.is !== 'offline') return null;
  const heard = link.lastHeardMs === null ? null : wallTime(new Date(link.lastHeardMs).toISOString()).time;
  return (
    <div class="link-banner" role="alert">
      <Mark tone="offline" />
      <div>
        <strong>OFFLINE: the station does not answer.</strong>
        <p>
          {heard === null ? 'It was not reached so far.' : `Last heard at ${heard}.`} Check that the station runs and
          that the network is up. This page connects again by itself. What the boards do meanwhile is not known here.
        </p>
      </div>
    </div>
  );
}

/** Results of virtual boards must never be taken for production. */
export function SimulatedRibbon() {
  const isShown = useComputed(
    () =>
      bench.health.value?.stations.some(({ simulated }) => simulated) === true ||
      bench.slots.value.some(({ value }) => value.simulated),
  );
  return isShown.value ? (
    <p class="ribbon">
      <strong>SIMULATED</strong> Virtual boards. Nothing made here counts as production.
    </p>
  ) : null;
}

/** What is wrong with the station, in its own words. */
export function Troubles() {
  const health = bench.health.value;
  if (health === null || health.troubles.length === 0) return null;
  return (
    <section class="notice" data-tone="error" aria-label="Troubles of the station">
      <ul>
        {health.troubles.map((trouble) => (
          <li key={trouble}>{trouble}</li>
        ))}
      </ul>
    </section>
  );
}
