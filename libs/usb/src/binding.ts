import { Fault } from '@flashline/contracts';
import { libusbName } from './errors/libusb-error.ts';

/** What is read of an interface descriptor (USB 2.0, 9.6.5). `extra` holds the class descriptors that follow it. */
export interface InterfaceDescriptor {
  readonly bInterfaceNumber: number;
  readonly bAlternateSetting: number;
  readonly bInterfaceClass: number;
  readonly bInterfaceSubClass: number;
  readonly bInterfaceProtocol: number;
  readonly iInterface: number;
  readonly extra: Uint8Array;
}

/** A configuration: for each interface, its alternate settings. */
export interface ConfigDescriptor {
  readonly interfaces: readonly (readonly InterfaceDescriptor[])[];
}

/** Called once when native work has ended. */
export type Done = (error: Error | undefined) => void;

/**
 * What is used of a device of the npm package `usb` 2.x. Interfaces are named by their number through the `__` calls:
 * the package's own `Interface` class passes its index in the configuration instead, which may be another one.
 */
export interface UsbDevice {
  readonly busNumber: number;
  readonly deviceAddress: number;
  /** Not there on a root hub. */
  readonly portNumbers?: readonly number[];
  readonly deviceDescriptor: {
    readonly bDeviceClass: number;
    readonly idVendor: number;
    readonly idProduct: number;
    readonly bcdDevice: number;
    readonly iSerialNumber: number;
  };
  /** The active configuration; undefined without one. May throw. */
  readonly configDescriptor: ConfigDescriptor | undefined;
  open(defaultConfig: boolean): void;
  close(): void;
  setAutoDetachKernelDriver(enable: boolean): void;
  reset(done: Done): void;
  __claimInterface(interfaceNumber: number): void;
  __releaseInterface(interfaceNumber: number, done: Done): void;
  __setInterface(interfaceNumber: number, alternate: number, done: Done): void;
}

/** Called once when a transfer has ended. `dataLength` leaves the setup packet out. */
export type TransferDone = (error: Error | undefined, buffer: Buffer, dataLength: number) => void;

/** One native transfer. The package's own `controlTransfer` makes one too, but keeps it, so that nobody can cancel it. */
export interface NativeTransfer {
  /** For control transfers the buffer begins with the setup packet (USB 2.0, 9.3). May throw. */
  submit(buffer: Buffer): unknown;
  /** False when it is not under way. A transfer that was cancelled ends as any other does. May throw. */
  cancel(): boolean;
}

/** What is used of the npm package `usb` 2.x: the seam at which tests put a bus of their own. */
export interface UsbBinding {
  readonly Transfer: new (
    /** One of its own devices, which no type of ours can promise. */
    device: never,
    endpoint: number,
    type: number,
    timeoutMs: number,
    done: TransferDone,
  ) => NativeTransfer;
  getDeviceList(): readonly UsbDevice[];
  on(event: 'attach' | 'detach', listener: () => void): unknown;
  off(event: 'attach' | 'detach', listener: () => void): unknown;
  unrefHotplugEvents(): void;
  /** False where libusb cannot listen; the package would then poll on a timer of its own. */
  _supportedHotplugEvents(): boolean;
}

/** Loads the native binding. Rejects with Fault USB_HOST where it is missing, built for another system, or does not start. */
export async function loadBinding(
  load: () => Promise<typeof import('usb')> = () => import('usb'),
): Promise<UsbBinding> {
  const { usb } = await load().catch((thrown: unknown) => {
    throw new Fault('USB_HOST', { doing: 'load the USB library', reason: textOf(thrown) }, { cause: thrown });
  });
  if (usb.INIT_ERROR !== 0)
    throw new Fault('USB_HOST', { doing: 'start the USB library', errno: libusbName(usb.INIT_ERROR) });
  return usb;
}

/** Closes a device that may be closed already, gone, or still held by a transfer that never ended. */
export function closeQuietly(device: UsbDevice): void {
  try {
    device.close();
  } catch {
    // Nothing is left to do for it: the handle goes with the process.
  }
}

function textOf(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).slice(0, 500);
}
