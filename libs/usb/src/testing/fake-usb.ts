import { EventEmitter } from 'node:events';
import type { ConfigDescriptor, Done, InterfaceDescriptor, UsbBinding, UsbDevice } from '../binding.ts';
import { FakeTransfer, libusbError, type Reply, type Setup, type TransferTarget } from './fake-transfer.ts';

/** The functional descriptor of an F405 ROM: 0x0b, 255 ms, 2048 bytes, DfuSe. */
export const F405_FUNCTIONAL = Uint8Array.of(9, 0x21, 0x0b, 0xff, 0x00, 0x00, 0x08, 0x1a, 0x01);

const F405_NAMES = [
  '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg',
  '@Option Bytes  /0x1FFFC000/01*016 e',
  '@OTP Memory /0x1FFF7800/01*512 e,01*016 e',
  '@Device Feature/0xFFFF0000/01*004 e',
];

export function setting(fields: Partial<InterfaceDescriptor>): InterfaceDescriptor {
  return {
    bInterfaceNumber: 0,
    bAlternateSetting: 0,
    bInterfaceClass: 0xfe,
    bInterfaceSubClass: 1,
    bInterfaceProtocol: 2,
    iInterface: 0,
    extra: new Uint8Array(),
    ...fields,
  };
}

/** The configuration of an F405 ROM: the functional descriptor follows the last alternate setting. */
export function f405Configuration(alternates = F405_NAMES.length): ConfigDescriptor {
  const settings = Array.from({ length: alternates }, (_, alternate) =>
    setting({
      bAlternateSetting: alternate,
      iInterface: 4 + alternate,
      extra: alternate === alternates - 1 ? F405_FUNCTIONAL : new Uint8Array(),
    }),
  );
  return { interfaces: [settings] };
}

/** A device that keeps the binding's rules: one handle, closing refused while a transfer is pending. */
export class FakeDevice implements TransferTarget {
  readonly busNumber = 1;
  readonly deviceAddress: number;
  readonly portNumbers: readonly number[];
  deviceDescriptor = { bDeviceClass: 0, idVendor: 0x0483, idProduct: 0xdf11, bcdDevice: 0x2200, iSerialNumber: 3 };
  configuration: ConfigDescriptor | Error | undefined = f405Configuration();
  strings: Readonly<Record<number, string>> = {
    3: '3276365D3336',
    ...Object.fromEntries(F405_NAMES.map((name, n) => [4 + n, name])),
  };
  readonly pending = new Set<FakeTransfer>();
  readonly claims = new Set<number>();
  isOpen = false;
  /** What was done to it, in order. */
  readonly calls: string[] = [];
  readonly setups: Setup[] = [];
  /** Thrown by the named call, once per entry. */
  readonly failures = new Map<string, Error[]>();
  /** Answers class requests; undefined answers as a healthy board would. */
  answer: (setup: Setup) => Reply | undefined = () => undefined;

  constructor(portNumbers: readonly number[], deviceAddress: number) {
    this.portNumbers = portNumbers;
    this.deviceAddress = deviceAddress;
  }

  get configDescriptor(): ConfigDescriptor | undefined {
    if (this.configuration instanceof Error) throw this.configuration;
    return this.configuration;
  }

  open(): void {
    this.#call('open');
    this.isOpen = true;
  }

  close(): void {
    if (this.pending.size > 0) throw new Error("Can't close device with a pending request");
    this.#call('close');
    this.isOpen = false;
  }

  setAutoDetachKernelDriver(): void {
    this.#call('detach');
  }

  reset(done: Done): void {
    queueMicrotask(() => done(this.#outcome('reset')));
  }

  __claimInterface(interfaceNumber: number): void {
    if (!this.isOpen) throw new Error('Device is not opened');
    this.#call(`claim ${interfaceNumber}`);
    this.claims.add(interfaceNumber);
  }

  __releaseInterface(interfaceNumber: number, done: Done): void {
    this.claims.delete(interfaceNumber);
    queueMicrotask(() => done(this.#outcome(`release ${interfaceNumber}`)));
  }

  __setInterface(interfaceNumber: number, alternate: number, done: Done): void {
    queueMicrotask(() => done(this.#outcome(`set ${interfaceNumber} ${alternate}`)));
  }

  replyTo(setup: Setup): Reply {
    if (!this.isOpen) throw new Error('Device is not open');
    this.setups.push(setup);
    return this.answer(setup) ?? this.#healthy(setup);
  }

  /** Ends the transfers that would never have ended, as if the device had answered after all. */
  finishPending(): void {
    for (const transfer of [...this.pending]) transfer.end(0);
  }

  #healthy({ bmRequestType, bRequest, wValue, data }: Setup): Error | Buffer | number {
    if (bmRequestType === 0x80 && bRequest === 6) {
      const text = this.strings[wValue & 0xff];
      return text === undefined ? libusbError('LIBUSB_TRANSFER_STALL') : stringDescriptor(text);
    }
    return typeof data === 'number' ? Buffer.alloc(data) : data.length;
  }

  #call(name: string): void {
    const failure = this.#outcome(name);
    if (failure !== undefined) throw failure;
  }

  #outcome(name: string): Error | undefined {
    this.calls.push(name);
    return this.failures.get(name)?.shift();
  }
}

export function stringDescriptor(text: string): Buffer {
  const body = Buffer.from(text, 'utf16le');
  return Buffer.concat([Buffer.of(body.length + 2, 3), body]);
}

/** A bus that tests plug devices into. */
export class FakeUsb extends EventEmitter implements UsbBinding {
  readonly Transfer = FakeTransfer;
  devices: UsbDevice[] = [];
  listFailure: Error | null = null;
  canListen = true;
  unrefs = 0;

  getDeviceList(): readonly UsbDevice[] {
    if (this.listFailure !== null) throw this.listFailure;
    return [...this.devices];
  }

  _supportedHotplugEvents(): boolean {
    return this.canListen;
  }

  unrefHotplugEvents(): void {
    this.unrefs++;
  }

  plug(ports: readonly number[], address: number): FakeDevice {
    const device = new FakeDevice(ports, address);
    this.devices.push(device);
    this.emit('attach');
    return device;
  }

  unplug(device: UsbDevice): void {
    this.devices = this.devices.filter((other) => other !== device);
    this.emit('detach');
  }
}
