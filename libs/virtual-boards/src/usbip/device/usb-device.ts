import { TransferError } from '@flashline/dfuse';
import type { ControlSetup } from './control-setup.ts';
import type { Descriptors } from './descriptors.ts';

/**
 * A full-speed USB device, as its firmware or its ROM has it. Transfers reject with TransferError: `stall`, `gone`, or
 * `timeout` for one that is never answered. `givesUp` is aborted when the host takes a transfer back.
 */
export interface UsbDevice {
  readonly descriptors: Descriptors;
  /** SET_CONFIGURATION: alternate settings are back at 0. */
  configure(givesUp: AbortSignal): Promise<void>;
  /** The host has reset the bus, which the device sees before it is asked anything else. */
  busReset(): void;
  /** A request to the default pipe that is not answered alike by all devices. */
  control(setup: ControlSetup, data: Uint8Array, givesUp: AbortSignal): Promise<Uint8Array>;
  /** A bulk transfer to the device. */
  write(endpoint: number, data: Uint8Array): Promise<void>;
  /** A bulk or interrupt transfer from the device: up to `length` bytes, as soon as there are any. */
  read(endpoint: number, length: number, givesUp: AbortSignal): Promise<Uint8Array>;
  /** The host has let go of the device. */
  close(): void;
}

/** What a device does about a request that it does not know. */
export function stalled(): TransferError {
  return new TransferError('stall', 'the device does not know this request');
}
