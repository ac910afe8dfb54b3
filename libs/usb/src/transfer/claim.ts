import { closeQuietly, type UsbDevice } from '../binding.ts';
import type { Sighting } from '../discovery/sightings.ts';
import { asUsbFault } from '../errors/libusb-error.ts';
import { ControlPipe, type PipeSurroundings } from './control-pipe.ts';

/** The kernel gives a SET_INTERFACE, a release or a reset five seconds of its own. */
const KERNEL_TIMEOUT_MS = 5_000;

/** An opened device of which one interface is claimed. */
export interface Claim {
  readonly usb: UsbDevice;
  readonly interfaceNumber: number;
  readonly pipe: ControlPipe;
}

/** Opens a device and claims an interface; on failure the device is closed. Throws Fault. */
export function claimInterface({ path, device }: Sighting, interfaceNumber: number, around: PipeSurroundings): Claim {
  try {
    device.open(false);
    detachKernelDriver(device);
    device.__claimInterface(interfaceNumber);
  } catch (thrown) {
    closeQuietly(device);
    throw asUsbFault(thrown, { path });
  }
  return { usb: device, interfaceNumber, pipe: new ControlPipe(device, around) };
}

function detachKernelDriver(device: UsbDevice): void {
  try {
    device.setAutoDetachKernelDriver(true);
  } catch {
    // Only Linux and macOS have drivers to detach; elsewhere the claim decides.
  }
}

/** SET_INTERFACE. Rejects with TransferError. */
export function setInterface({ usb, pipe, interfaceNumber }: Claim, alternate: number): Promise<void> {
  return pipe.call(KERNEL_TIMEOUT_MS, (done) => usb.__setInterface(interfaceNumber, alternate, done));
}

/** Resets the device by its port. Rejects with TransferError, `gone` when it comes back as another one. */
export function reset({ usb, pipe }: Claim): Promise<void> {
  return pipe.call(KERNEL_TIMEOUT_MS, (done) => usb.reset(done));
}

/** Waits for what is under way, releases, closes. Never rejects: what has left the bus needs no release. */
export async function release({ usb, pipe, interfaceNumber }: Claim): Promise<void> {
  const released = pipe.call(KERNEL_TIMEOUT_MS, (done) => usb.__releaseInterface(interfaceNumber, done));
  await Promise.allSettled([released, pipe.drain()]);
  closeQuietly(usb);
}
