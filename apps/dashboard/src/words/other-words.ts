import type { OtherDevice, StationSetup } from '@flashline/contracts';
import { plural, usbIdText } from './formats.ts';

/** What sits on ports that are no slots, in one or two sentences. */
export interface ElsewhereWords {
  /** A board in its bootloader, most likely on the wrong port; null when there is none. */
  readonly misplaced: string | null;
  /** Everything else there. */
  readonly rest: string | null;
}

/** What to tell of ports that are no slots. Stations that do not answer are left out: nobody knows what sits there. */
export function elsewhereWords(setups: readonly StationSetup[]): ElsewhereWords {
  const others = setups.filter(({ online }) => online).flatMap((setup) => setup.others);
  const ports = others.filter(({ mode }) => mode === 'dfu').map(({ path }) => path);
  const rest = others.length - ports.length;
  return {
    misplaced: misplacedWords(ports),
    rest: rest === 0 ? null : `Not on a slot of this station: ${plural(rest, 'other device')}.`,
  };
}

function misplacedWords([first, ...more]: readonly string[]): string | null {
  if (first === undefined) return null;
  if (more.length === 0)
    return `A board in its bootloader is on port ${first}, which is not a slot of this station. Plug it into a slot.`;
  return `${more.length + 1} boards in their bootloader are on ports that are not slots of this station. Plug them into slots.`;
}

/** What a device on a port that is no slot is, and whether something is to be done about it. */
export function otherWords({ mode, vendorId, productId }: OtherDevice): string {
  const id = usbIdText(vendorId, productId);
  switch (mode) {
    case 'dfu':
      return `Board in its bootloader (${id}). It is left alone here: plug it into a slot, or name this port.`;
    case 'application':
      return `Board that runs its firmware (${id}). It is left alone.`;
    case 'other':
      return `Other device (${id}). It is left alone.`;
    default:
      return mode satisfies never;
  }
}
