import { type ControlSetup, kindOf } from './control-setup.ts';
import { descriptorFor } from './descriptors.ts';
import { stalled, type UsbDevice } from './usb-device.ts';

/** Requests that all devices answer alike (USB 2.0, 9.4), by type and request. */
const KIND = {
  deviceStatus: 0x8000,
  interfaceStatus: 0x8100,
  endpointStatus: 0x8200,
  clearHalt: 0x0201,
  setHalt: 0x0203,
  setAddress: 0x0005,
  getDescriptor: 0x8006,
  getConfiguration: 0x8008,
  setConfiguration: 0x0009,
  /** SET_FEATURE to a port of a hub: some USB/IP clients ask for a reset of the bus with it. */
  setPortFeature: 0x2303,
} as const;

const FEATURE_PORT_RESET = 4;
const DEVICE_DESCRIPTOR = 0x0100;
/**
 * A host that has just reset the bus asks for the device descriptor with room for 64 bytes, or for 8 (Linux `hub_port_init`).
 * The reset itself never comes over USB/IP, for vhci_hcd resets only its own port; nothing else asks with these lengths.
 */
const LENGTHS_AFTER_RESET: readonly number[] = [64, 8];
const SELF_POWERED = Uint8Array.of(1, 0);
const NO_FLAGS = Uint8Array.of(0, 0);
const NOTHING = new Uint8Array(0);

/** The default pipe of a device. One transfer at a time. */
export class ControlPipe {
  readonly #device: UsbDevice;
  #configuration = 0;

  constructor(device: UsbDevice) {
    this.#device = device;
  }

  /** Carries out one control transfer; the answer is no longer than the host has room for. Rejects with TransferError. */
  async transfer(setup: ControlSetup, data: Uint8Array, givesUp: AbortSignal): Promise<Uint8Array> {
    return (await this.#answer(setup, data, givesUp)).subarray(0, setup.length);
  }

  async #answer(setup: ControlSetup, data: Uint8Array, givesUp: AbortSignal): Promise<Uint8Array> {
    switch (kindOf(setup)) {
      case KIND.getDescriptor:
        return this.#describe(setup);
      case KIND.getConfiguration:
        return Uint8Array.of(this.#configuration);
      case KIND.setConfiguration:
        return this.#configure(setup, givesUp);
      case KIND.deviceStatus:
        return SELF_POWERED;
      case KIND.interfaceStatus:
      case KIND.endpointStatus:
        return NO_FLAGS;
      case KIND.clearHalt:
      case KIND.setHalt:
      case KIND.setAddress:
        return NOTHING;
      case KIND.setPortFeature:
        if (setup.value !== FEATURE_PORT_RESET) throw stalled();
        this.#device.busReset();
        return NOTHING;
      default:
        return this.#device.control(setup, data, givesUp);
    }
  }

  #describe({ value, length }: ControlSetup): Uint8Array {
    if (value === DEVICE_DESCRIPTOR && LENGTHS_AFTER_RESET.includes(length)) this.#device.busReset();
    const found = descriptorFor(this.#device.descriptors, value);
    if (!found) throw stalled();
    return found;
  }

  async #configure({ value }: ControlSetup, givesUp: AbortSignal): Promise<Uint8Array> {
    if (value > 1) throw stalled();
    this.#configuration = value;
    await this.#device.configure(givesUp);
    return NOTHING;
  }
}
