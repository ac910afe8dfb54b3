import { TransferError } from '@flashline/dfuse';
import type { BoardPort } from '../../board/board-port.ts';
import type { PartSpec } from '../../chip/part.ts';
import { type ControlSetup, kindOf } from './control-setup.ts';
import {
  type Descriptors,
  DFU_FUNCTIONAL,
  descriptor,
  descriptorsOf,
  IDENTITY_STRINGS,
  interfaceSetting,
  type UsbClass,
  u16,
} from './descriptors.ts';
import { stalled, type UsbDevice } from './usb-device.ts';

const DFU_MODE: UsbClass = [0xfe, 1, 2];
const DEFINED_BY_INTERFACES: UsbClass = [0, 0, 0];
/** The only interface there is. */
const INTERFACE = 0;
const KIND = { getAlternate: 0x810a, setAlternate: 0x010b, getDescriptor: 0x8106 } as const;
/** Class requests to the interface: out and in (DFU 1.1, table 3.2). */
const [CLASS_OUT, CLASS_IN] = [0x21, 0xa1];
/** It means nothing: the host waits until it gives up. */
const TIMEOUT_MS = 0;
const NOTHING = new Uint8Array(0);

/** A board in its bootloader as a USB device: every request to its DFU interface goes to the port of the board. */
export class BootloaderDevice implements UsbDevice {
  readonly descriptors: Descriptors;
  readonly #part: PartSpec;
  readonly #port: BoardPort;
  #alternate = 0;

  constructor(part: PartSpec, port: BoardPort) {
    this.#part = part;
    this.#port = port;
    this.descriptors = bootloaderDescriptors(part, port.device.usbSerial ?? '');
  }

  async configure(givesUp: AbortSignal): Promise<void> {
    if (this.#alternate !== 0) await this.#select(0, givesUp);
  }

  /** The ROM keeps its state: what it does at a reset in the middle of a session is not known. */
  busReset(): void {}

  async control(setup: ControlSetup, data: Uint8Array, givesUp: AbortSignal): Promise<Uint8Array> {
    if ((setup.index & 0xff) !== INTERFACE) throw stalled();
    if (setup.type === CLASS_OUT || setup.type === CLASS_IN) return this.#askRom(setup, data, givesUp);
    switch (kindOf(setup)) {
      case KIND.getAlternate:
        return Uint8Array.of(this.#alternate);
      case KIND.setAlternate:
        await this.#select(setup.value, givesUp);
        return NOTHING;
      case KIND.getDescriptor:
        if (setup.value !== DFU_FUNCTIONAL << 8) throw stalled();
        if (this.#part.functionalAlone === 'silence')
          throw new TransferError('timeout', 'the ROM does not answer this');
        return Uint8Array.from(functionalDescriptor(this.#part));
      default:
        throw stalled();
    }
  }

  write(): Promise<void> {
    return Promise.reject(stalled());
  }

  read(): Promise<Uint8Array> {
    return Promise.reject(stalled());
  }

  close(): void {
    void this.#port.close();
  }

  async #askRom({ type, request, value, length }: ControlSetup, data: Uint8Array, givesUp: AbortSignal) {
    this.#port.hostWaits(givesUp);
    if (type === CLASS_IN) return this.#port.controlIn(request, value, length, TIMEOUT_MS);
    await this.#port.controlOut(request, value, data, TIMEOUT_MS);
    return NOTHING;
  }

  async #select(alternate: number, givesUp: AbortSignal): Promise<void> {
    this.#port.hostWaits(givesUp);
    await this.#port.selectAlternate(alternate);
    this.#alternate = alternate;
  }
}

/** One interface with a setting per memory, named by its layout string, and the functional descriptor behind the last. */
export function bootloaderDescriptors(part: PartSpec, usbSerial: string): Descriptors {
  const settings = part.alternates.map(({ alternate }, n) =>
    interfaceSetting({ number: INTERFACE, alternate, name: IDENTITY_STRINGS + 1 + n }, DFU_MODE),
  );
  const layouts = part.alternates.map(({ name }) => name);
  const identity = { ...part, usbClass: DEFINED_BY_INTERFACES, usbSerial };
  return descriptorsOf(identity, [...settings, functionalDescriptor(part)], layouts);
}

function functionalDescriptor({ functional }: PartSpec): number[] {
  const { attributes, detachTimeoutMs, transferSize, bcdDfu } = functional;
  return descriptor(DFU_FUNCTIONAL, [attributes, ...u16(detachTimeoutMs), ...u16(transferSize), ...u16(bcdDfu)]);
}
