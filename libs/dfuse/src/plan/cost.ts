import type { PartTiming } from '@flashline/contracts';
import type { Sector } from '../memory-map.ts';

/** What flash takes on a part that nobody has described: roughly an F4, where erasing is slow. */
const USUAL: PartTiming = { erasePerSectorMs: 50, erasePerKibMs: 7, writePerKibMs: 5, massEraseMs: null };

/** Full-speed control transfers of 1 or 2 KiB move about so much; the survey measures the real thing. */
export const READ_PER_KIB_MS = 1;

/** What the silicon of a part is expected to take, in milliseconds. */
export class Cost {
  readonly #timing: PartTiming;

  constructor(timing: PartTiming = USUAL) {
    this.#timing = timing;
  }

  /** One sector after the other. */
  eraseMs(sectors: readonly Pick<Sector, 'bytes'>[]): number {
    const { erasePerSectorMs, erasePerKibMs } = this.#timing;
    return sectors.reduce((sum, { bytes }) => sum + erasePerSectorMs + (bytes / 1024) * erasePerKibMs, 0);
  }

  /** Programming, with the transfer of the bytes. */
  writeMs(bytes: number): number {
    return (bytes / 1024) * (this.#timing.writePerKibMs + READ_PER_KIB_MS);
  }

  /** Everything at once; infinite when nobody knows, so that it is never chosen for its speed. */
  get massEraseMs(): number {
    return this.#timing.massEraseMs ?? Number.POSITIVE_INFINITY;
  }
}
