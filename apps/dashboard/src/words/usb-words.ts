import type { UsbCapacity, UsbFinding, UsbHub } from '@flashline/contracts';
import { plural } from './formats.ts';

const SPEEDS: Readonly<Record<UsbHub['speed'], string>> = {
  low: '1.5 Mbit/s',
  full: '12 Mbit/s',
  high: '480 Mbit/s',
  super: '5 Gbit/s',
  'super-plus': '10 Gbit/s',
};

/** The speed of a hub as it stands on its box. */
export function speedWords({ speed }: Pick<UsbHub, 'speed'>): string {
  return SPEEDS[speed];
}

/** How a hub serves boards, which are all slower than itself. */
export function translatorWords({ translators }: Pick<UsbHub, 'translators'>): string {
  switch (translators) {
    case 'none':
      return 'not needed';
    case 'single':
      return 'one for all ports (single TT)';
    case 'multi':
      return 'one for each port (multi TT)';
    default:
      return translators satisfies never;
  }
}

/** What a controller carries, what it is thought to carry at most, and how many boards still fit. */
export function capacityWords({ devices, devicesLimit, endpoints, endpointsLimit, roomFor }: UsbCapacity): string {
  const used = `${devices} of about ${devicesLimit.max} devices`;
  const ends = endpointsLimit === null ? '' : `, ${endpoints} of about ${endpointsLimit.max} endpoints`;
  return `${used}${ends} in use. Room for about ${plural(roomFor.dfu, 'more board')} in the bootloader, or ${roomFor.cdc} with a serial port.`;
}

/** What a person should know about the wiring, and what helps. */
export function findingWords(finding: UsbFinding): string {
  switch (finding.kind) {
    case 'shared-translator':
      return `${plural(finding.devices, 'board')} share the one translator of hub ${finding.hub}, 12 Mbit/s for all of them. A hub with one for each port (multi TT) is faster.`;
    case 'deep-hub':
      return finding.depth > 5
        ? `Hub ${finding.hub} is behind too many others: it does not work there. Plug it in closer to the computer.`
        : `Hub ${finding.hub} is the last of five in a row: no hub works behind it.`;
    case 'full-controller':
      return `Controller ${finding.controller} is about full: further boards may not appear at all. Use ports of another controller.`;
    default:
      return finding satisfies never;
  }
}
