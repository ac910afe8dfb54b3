import { signal } from '@preact/signals';
import { createAnnouncer } from './announcer.ts';
import { createBench } from './bench.ts';
import { followThisStation } from './browser-link.ts';
import { chime } from './chime.ts';
import { browserClock } from './clock.ts';

/** The bench of the station this page came from. */
export const bench = createBench();

/** What a screen reader is told. */
export const announcement = signal('');

/** Whether outcomes are told by sound, too. Off until a person wants it: browsers allow no sound before a press. */
export const soundOn = signal(false);

/** Starts following the station. */
export function goLive(): void {
  const announce = createAnnouncer(browserClock, (line, worst) => {
    announcement.value = line;
    if (soundOn.value) chime(worst);
  });
  bench.finished.subscribe((slot) => {
    if (slot !== null) announce(slot);
  });
  reloadWithStation();
  followThisStation(bench.apply, bench.setLink);
}

/** A page left open for weeks must not read the events of a newer station with old eyes. */
function reloadWithStation(): void {
  let version: string | null = null;
  bench.health.subscribe((health) => {
    if (health === null) return;
    if (version !== null && version !== health.version) location.reload();
    version = health.version;
  });
}
