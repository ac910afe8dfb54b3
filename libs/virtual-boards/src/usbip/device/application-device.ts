import type { Application } from '../../application/application.ts';
import type { PartSpec } from '../../chip/part.ts';
import { applicationDescriptors, SERIAL_IN, SERIAL_NOTICE, SERIAL_OUT } from './application-descriptors.ts';
import { type ControlSetup, kindOf } from './control-setup.ts';
import type { Descriptors } from './descriptors.ts';
import { Outbox } from './outbox.ts';
import { stalled, type UsbDevice } from './usb-device.ts';

/** Class requests to the serial port (CDC PSTN 1.2, table 13), to DFU at run time (DFU 1.1, table 3.2), and the usual ones. */
const KIND = {
  getAlternate: 0x810a,
  setAlternate: 0x010b,
  setLineCoding: 0x2120,
  getLineCoding: 0xa121,
  setControlLines: 0x2122,
  sendBreak: 0x2123,
  detach: 0x2100,
  getStatus: 0xa103,
  getState: 0xa105,
} as const;
const [APP_IDLE, APP_DETACH] = [0, 1];
/** 115200 baud, one stop bit, no parity, eight bits. */
const USUAL_LINE = Uint8Array.of(0x00, 0xc2, 0x01, 0x00, 0, 0, 8);
const DTR = 1;
const NOTHING = new Uint8Array(0);

/** A board that runs its firmware as a USB device: a CDC-ACM serial port, and DFU at run time if the firmware has it. */
export class ApplicationDevice implements UsbDevice {
  readonly descriptors: Descriptors;
  readonly #application: Application;
  readonly #said = new Outbox();
  /** Changes of the line would be told here; there are none. */
  readonly #notices = new Outbox();
  #line: Uint8Array = USUAL_LINE;

  /** `talk` opens the port of the firmware, see VirtualBoard.talk. */
  constructor(part: PartSpec, talk: (say: (bytes: Uint8Array) => void) => Application) {
    this.#application = talk((bytes) => this.#said.put(bytes));
    this.descriptors = applicationDescriptors(part, this.#application.spec);
  }

  configure(): Promise<void> {
    return Promise.resolve();
  }

  busReset(): void {
    this.#application.busReset();
  }

  async control(setup: ControlSetup, data: Uint8Array): Promise<Uint8Array> {
    switch (kindOf(setup)) {
      case KIND.getAlternate:
        return Uint8Array.of(0);
      case KIND.setAlternate:
        if (setup.value !== 0) throw stalled();
        return NOTHING;
      case KIND.getLineCoding:
        return this.#line;
      case KIND.setLineCoding:
        return this.#setLine(data);
      case KIND.setControlLines:
        this.#application.setReady((setup.value & DTR) !== 0);
        return NOTHING;
      case KIND.sendBreak:
        return NOTHING;
      default:
        return this.#dfuAtRunTime(setup);
    }
  }

  async write(endpoint: number, data: Uint8Array): Promise<void> {
    if (endpoint !== SERIAL_OUT) throw stalled();
    this.#application.hear(data);
  }

  async read(endpoint: number, length: number, givesUp: AbortSignal): Promise<Uint8Array> {
    if (endpoint === SERIAL_IN) return this.#said.read(length, givesUp);
    if (endpoint === SERIAL_NOTICE) return this.#notices.read(length, givesUp);
    throw stalled();
  }

  close(): void {
    this.#application.stop();
  }

  #setLine(data: Uint8Array): Uint8Array {
    if (data.length !== USUAL_LINE.length) throw stalled();
    this.#line = data.slice();
    this.#application.setBaud(new DataView(data.buffer, data.byteOffset).getUint32(0, true));
    return NOTHING;
  }

  #dfuAtRunTime(setup: ControlSetup): Uint8Array {
    const state = this.#application.isDetaching ? APP_DETACH : APP_IDLE;
    if (!this.#application.spec.accepts.includes('dfu-detach')) throw stalled();
    switch (kindOf(setup)) {
      case KIND.detach:
        this.#application.detach(setup.value);
        return NOTHING;
      case KIND.getStatus:
        return Uint8Array.of(0, 0, 0, 0, state, 0);
      case KIND.getState:
        return Uint8Array.of(state);
      default:
        throw stalled();
    }
  }
}
