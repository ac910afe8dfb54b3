import { asFault } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { factsOf } from '../../exit.ts';
import type { Computer } from '../computer/computer.ts';
import { bad, ok, type Verdict, warn } from '../verdict.ts';

/** What a look at the bus through the USB library found. */
export interface Look {
  readonly devices: readonly BusDevice[];
  readonly trouble: string | null;
}

/** Whether the USB library loads in a host process, and sees the boards that the kernel shows on these ports. */
export async function usbLibrary(
  { platform }: Computer,
  look: () => Promise<Look>,
  ports: readonly string[],
): Promise<Verdict> {
  try {
    const { devices, trouble } = await look();
    if (trouble !== null) return bad(trouble, ['Run flashline on the computer that has the USB ports.']);
    const unseen = ports.find((port) => devices.every(({ path }) => path !== port));
    if (unseen !== undefined)
      return warn(`The kernel shows a board in ${unseen}, but the USB library does not.`, [
        'Plug the board in again.',
        'systemctl status systemd-udevd   # the library hears of boards from udev',
      ]);
    const boards = devices.filter(({ mode }) => mode === 'dfu').length;
    return ok(`The USB library works: ${devices.length} devices, ${boards} of them boards in their bootloader.`);
  } catch (thrown) {
    const { details } = asFault(thrown);
    return bad(`The USB library does not work${factsOf(details)}.`, [
      ...(platform === 'linux' ? ['sudo apt-get install libudev1   # on Alpine: apk add eudev-libs'] : []),
      'npm install',
    ]);
  }
}
