import type { PartSpec } from './part.ts';

/** The part with every duration it has or reports multiplied, so a test sees the same board faster. */
export function atSpeed(part: PartSpec, speed: number): PartSpec {
  if (speed === 1) return part;
  const reported = (ms: number | 'honest') => (ms === 'honest' ? ms : Math.ceil(ms * speed));
  return {
    ...slowed(part, speed),
    polls: {
      setAddressMs: reported(part.polls.setAddressMs),
      eraseMs: reported(part.polls.eraseMs),
      massEraseMs: reported(part.polls.massEraseMs),
      writeMs: reported(part.polls.writeMs),
    },
  };
}

/** The part with every duration it has multiplied, while the polls it reports stay what they were. */
export function slowed(part: PartSpec, factor: number): PartSpec {
  if (factor === 1) return part;
  const { timing } = part;
  return {
    ...part,
    regions: part.regions.map((region) => ({
      ...region,
      sectors: region.sectors.map((run) => ({ ...run, eraseMs: run.eraseMs * factor })),
    })),
    timing: {
      wireMsPerTransfer: timing.wireMsPerTransfer * factor,
      wireMsPerByte: timing.wireMsPerByte * factor,
      setAddressMs: timing.setAddressMs * factor,
      programMsPerByte: timing.programMsPerByte * factor,
      massEraseMs: timing.massEraseMs * factor,
      returnMs: timing.returnMs * factor,
    },
  };
}
