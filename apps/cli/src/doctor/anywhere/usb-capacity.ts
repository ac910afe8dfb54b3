import type { UsbFinding, UsbTree } from '@flashline/contracts';
import { ok, unknown, type Verdict, warn } from '../verdict.ts';

/** Whether the USB ports can carry more boards, by the tree of hubs; null where the system does not tell. */
export function usbCapacity(tree: UsbTree | null): Verdict {
  if (tree === null) return unknown('This system does not tell how its USB hubs are connected.');
  const findings = tree.findings.map(described);
  const more = findings.length > 4 ? [`and ${findings.length - 4} more`] : [];
  if (findings.length > 0)
    return warn(`${[...findings.slice(0, 4), ...more].map((text) => `${text}.`).join(' ')}`, [
      ...new Set(tree.findings.map(remedy)),
    ]);
  const room = tree.capacities.reduce((sum, { roomFor }) => sum + roomFor.dfu, 0);
  const running = tree.capacities.reduce((sum, { roomFor }) => sum + roomFor.cdc, 0);
  return ok(`Room for about ${room} more boards in their bootloader, or ${running} that run as serial ports.`);
}

function described(finding: UsbFinding): string {
  switch (finding.kind) {
    case 'shared-translator':
      return `${finding.devices} devices share the one translator of hub ${finding.hub}, and its 12 Mbit/s`;
    case 'deep-hub':
      return `Hub ${finding.hub} is the ${finding.depth}th in a row, and USB allows 5`;
    case 'full-controller':
      return `USB controller ${finding.controller} is full`;
    default:
      return finding satisfies never;
  }
}

function remedy({ kind }: UsbFinding): string {
  switch (kind) {
    case 'shared-translator':
      return 'Use hubs with one translator for each port ("multi-TT"), or spread the boards over several hubs.';
    case 'deep-hub':
      return 'Plug hubs into the computer, not into each other.';
    case 'full-controller':
      return 'Add a USB controller (a PCIe card) and spread the hubs over both.';
    default:
      return kind satisfies never;
  }
}
