import type { Computer } from '../computer/computer.ts';
import type { PluggedIn } from '../computer/usb-devices.ts';
import { bad, ok, type Verdict } from '../verdict.ts';

/** Why this computer has no USB at all, as most containers and virtual machines have none; null when it has. */
export async function noUsb(computer: Computer): Promise<Verdict | null> {
  if ((await computer.status('/sys/bus/usb')) === null)
    return bad(
      'This computer has no USB subsystem (/sys/bus/usb is missing), as in most containers and virtual machines.',
      ['Run flashline on the computer that has the USB ports; a coordinator needs none.'],
    );
  if ((await computer.status('/dev/bus/usb')) === null)
    return bad('This computer shows no USB controller (/dev/bus/usb is missing).', [
      'docker run --device-cgroup-rule "c 189:* rmw" --volume /dev/bus/usb:/dev/bus/usb …   # in a container',
    ]);
  return null;
}

/** What is plugged in, in numbers. */
export function presence({ boards, devices }: PluggedIn): Verdict {
  const seen = boards.map(({ path, id }) => `${path} (${id})`);
  const more = seen.length > 4 ? `, and ${seen.length - 4} more` : '';
  if (seen.length > 0) return ok(`Boards are plugged in: ${seen.slice(0, 4).join(', ')}${more}.`);
  return ok(`USB is there, with ${devices.size} devices and hubs; no board is plugged in.`);
}
