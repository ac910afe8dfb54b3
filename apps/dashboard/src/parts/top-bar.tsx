import { chime } from '../live/chime.ts';
import { bench, soundOn } from '../live/this-bench.ts';
import { route } from '../router.ts';

/** Who this is, where one can go, and whether the station answers. */
export function TopBar() {
  const where = route.value.is;
  return (
    <div class="top-bar">
      <a class="brand" href="/" aria-label="flashline, to the bench">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M13.500 1.500 4 14h6l-1.500 8.500L19 9.500h-6.500z" />
        </svg>
        flashline
      </a>
      <nav aria-label="Pages">
        <a href="/" aria-current={where === 'bench' ? 'page' : undefined}>
          Bench
        </a>
        <a href="/log" aria-current={where === 'log' || where === 'attempt' ? 'page' : undefined}>
          Log
        </a>
        <a href="/station" aria-current={where === 'station' ? 'page' : undefined}>
          Station
        </a>
      </nav>
      <SoundSwitch />
      <StationStatus />
    </div>
  );
}

function SoundSwitch() {
  const toggle = (): void => {
    soundOn.value = !soundOn.value;
    if (soundOn.value) chime('pass');
  };
  return (
    <button type="button" class="quiet" aria-pressed={soundOn.value} onClick={toggle}>
      <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M3 9.500v5h4l5 4.500V5L7 9.500z" />
        <path d={soundOn.value ? 'M15.500 8.500a5 5 0 0 1 0 7M18 5.500a9 9 0 0 1 0 13' : 'M16 9l6 6M22 9l-6 6'} />
      </svg>
      {soundOn.value ? 'Sound on' : 'Sound off'}
    </button>
  );
}

const LINK_WORDS = { connecting: 'Connecting', online: 'Online', offline: 'Offline' } as const;

function StationStatus() {
  const link = bench.link.value.is;
  const stations = bench.health.value?.stations ?? [];
  const name = stations.length === 1 ? stations[0]?.station : `${stations.length} stations`;
  return (
    <p class="station-status">
      <span class="link-dot" data-link={link} aria-hidden="true" />
      {stations.length > 0 && <strong>{name}</strong>} {LINK_WORDS[link]}
    </p>
  );
}
