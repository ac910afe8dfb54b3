import type { FaultCode, Outcome } from '@flashline/contracts';

/** How an attempt ended, as far as it tells what its board may still do by itself. */
export interface End {
  readonly outcome: Outcome;
  readonly fault: FaultCode | null;
  /** Its recipe makes boards reset in mid-work: it removes a read protection, or locks. */
  readonly resets: boolean;
  /** Its firmware was seen on its port, perhaps before whoever looks at the whole bus saw it. */
  readonly cameUp: boolean;
}

/**
 * What the board of an ended attempt may still do by itself.
 * `left`: it has left its bootloader, and its firmware comes up. `silent`: so it has, and nothing came up so far. `asked`: it was
 * asked into its bootloader and may still go there. `reset`: it may be on its way through a reset. `dropped`: nobody saw how far
 * it got. `lost`: it was pulled. `stayed`: nothing.
 */
export type Aftermath = 'left' | 'silent' | 'asked' | 'reset' | 'dropped' | 'lost' | 'stayed';

/** Also for a look at the bus that is older than the news of the end. */
const NEVER = Number.NEGATIVE_INFINITY;

/** How long after the end the firmware of this board may come up for the first time. */
export const FIRMWARE_DUE_MS: Readonly<Record<Aftermath, number>> = {
  left: 10_000,
  silent: 60_000,
  asked: 15_000,
  reset: 60_000,
  dropped: 10_000,
  lost: NEVER,
  stayed: NEVER,
};

/** How long after the end this board may come up in its bootloader by itself. */
export const BOOTLOADER_DUE_MS: Readonly<Record<Aftermath, number>> = {
  left: NEVER,
  silent: NEVER,
  asked: 15_000,
  reset: 60_000,
  dropped: NEVER,
  lost: NEVER,
  stayed: NEVER,
};

/** What may follow this end of an attempt whose board was being worked on. */
export function aftermathOf({ outcome, fault, resets }: End): Aftermath {
  if (outcome === 'pass' || fault === 'APPLICATION_WRONG') return 'left';
  if (fault === 'APPLICATION_SILENT') return 'silent';
  const isUnseen = fault !== null && UNSEEN.has(fault);
  if (resets && (isUnseen || fault === 'BOARD_GONE')) return 'reset';
  if (fault === 'BOARD_GONE') return 'lost';
  return isUnseen ? 'dropped' : 'stayed';
}

/** What ends an attempt whatever its board does. */
const UNSEEN: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'CANCELLED',
  'HOST_CRASHED',
  'HOST_HUNG',
  'STATION_RESTARTED',
  'STATION_BUG',
  'USB_HOST',
]);
