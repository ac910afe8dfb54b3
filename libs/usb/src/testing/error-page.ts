import { FAULT_OF_TROUBLE } from '@flashline/dfuse';
import { KERNEL_FAILURES, type KernelStage } from '../errors/kernel-error.ts';
import { LIBUSB_FAILURES } from '../errors/libusb-error.ts';

const STAGES: Readonly<Record<KernelStage, string>> = {
  open: 'opening',
  claim: 'claiming',
  select: 'SET_INTERFACE',
  submit: 'submitting',
  status: 'ending',
};

const HEAD = `# USB errors

What the USB library and the Linux kernel report, and what flashline makes of it. The class says where to look:

- **transient**: passes by itself, or when it is done again.
- **device**: the device refuses, or has left.
- **host**: this computer; never the board's fault.
- **permission**: this computer may not use the device.
- **protocol**: the wire or the device broke the rules of USB.

An error in the middle of a transfer is the board's or the station's fault as told here only when nothing better is known: a
board that leaves the bus within half a second of it is gone, whatever failed. The engine asks again or recovers from most.
Opening a board tries again for two seconds where the class is permission or transient. A DFU DETACH that ends in a timeout or a
protocol error may have been heard by a board that reset before it could answer: it is no fault, and the bus shows what came of it.

This page is written by \`npx vitest run libs/usb -u\`; a test keeps it equal to \`libs/usb/src/errors\`.
`;

/** docs/usb-errors.md. */
export function errorPage(): string {
  const libusb = Object.entries(LIBUSB_FAILURES).map(([name, failure]) => {
    const opening = 'fault' in failure ? failure.fault : '';
    const { errno, trouble } = failure;
    return [`\`${name}\``, errno, failure.class, trouble, FAULT_OF_TROUBLE[trouble], opening];
  });
  const kernel = Object.entries(KERNEL_FAILURES).map(([name, { errno, says, as, ...failure }]) => {
    const made = Object.entries(as).map(([stage, result]) => `${STAGES[stage as KernelStage]}: \`${result}\``);
    return [`\`${name}\``, -errno, failure.class, says, made.join('<br>')];
  });
  return [
    HEAD,
    '## libusb\n',
    table(['libusb', 'number', 'class', 'trouble', 'in a transfer', 'opening'], libusb),
    '## Linux\n',
    table(['kernel', 'number', 'class', 'what it means', 'libusb makes of it'], kernel),
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`);
  return lines.join('');
}
