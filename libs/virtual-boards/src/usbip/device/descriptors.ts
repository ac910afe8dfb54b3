/** Descriptor types (USB 2.0, table 9-5; DFU 1.1, 4.1.3; CDC 1.2, table 12; Interface Association ECN). */
const TYPE = { device: 1, configuration: 2, string: 3, interface: 4, endpoint: 5, association: 11 } as const;
export const DFU_FUNCTIONAL = 0x21;
/** English, United States: the only language there is. */
const LANGUAGE = 0x0409;
/** The length of a descriptor is one byte. */
const STRING_CHARS_MAX = 126;
const CONTROL_PACKET_BYTES = 64;
/** Self-powered, 100 mA: as STM32 ROMs say. */
const [SELF_POWERED, MAX_POWER_2MA] = [0xc0, 50];

/** Everything that a device says about itself. */
export interface Descriptors {
  readonly device: Uint8Array;
  readonly configuration: Uint8Array;
  /** String 1 and what follows; 0 is the list of languages. */
  readonly strings: readonly string[];
}

/** Class, subclass and protocol. */
export type UsbClass = readonly [number, number, number];

/** What tells one device from another; an empty serial is none. */
export interface DeviceIdentity {
  readonly vendorId: number;
  readonly productId: number;
  readonly bcdDevice: number;
  readonly bcdUsb: number;
  readonly usbClass: UsbClass;
  readonly manufacturer: string;
  readonly product: string;
  readonly usbSerial: string;
}

/** How many strings the identity of a device takes: the next one is free for its interfaces. */
export const IDENTITY_STRINGS = 3;

/** The descriptors of a device with these interface descriptors, and strings for them from IDENTITY_STRINGS + 1 on. */
export function descriptorsOf(
  identity: DeviceIdentity,
  interfaces: readonly (readonly number[])[],
  strings: readonly string[] = [],
): Descriptors {
  const { vendorId, productId, bcdDevice, bcdUsb, usbClass, manufacturer, product, usbSerial } = identity;
  const ids = [...u16(vendorId), ...u16(productId), ...u16(bcdDevice)];
  const device = [...u16(bcdUsb), ...usbClass, CONTROL_PACKET_BYTES, ...ids, 1, 2, usbSerial === '' ? 0 : 3, 1];
  const body = interfaces.flat();
  const count = new Set(interfaces.filter(([, type]) => type === TYPE.interface).map(([, , number]) => number)).size;
  const head = [...u16(9 + body.length), count, 1, 0, SELF_POWERED, MAX_POWER_2MA];
  return {
    device: Uint8Array.from(descriptor(TYPE.device, device)),
    configuration: Uint8Array.from([...descriptor(TYPE.configuration, head), ...body]),
    strings: [manufacturer, product, usbSerial, ...strings],
  };
}

/** One alternate setting of an interface; `name` is the number of its string. */
export function interfaceSetting(
  { number, alternate = 0, name = 0 }: { readonly number: number; readonly alternate?: number; readonly name?: number },
  usbClass: UsbClass,
  endpoints = 0,
): number[] {
  return descriptor(TYPE.interface, [number, alternate, endpoints, ...usbClass, name]);
}

/** An endpoint: its address with the direction in bit 7, its transfer type, its packet size, and its interval in ms. */
export function endpoint(address: number, transfer: 'bulk' | 'interrupt', bytes: number, intervalMs = 0): number[] {
  return descriptor(TYPE.endpoint, [address, transfer === 'bulk' ? 2 : 3, ...u16(bytes), intervalMs]);
}

/** Says that `count` interfaces from `first` on are one function. */
export function association(first: number, count: number, usbClass: UsbClass): number[] {
  return descriptor(TYPE.association, [first, count, ...usbClass, 0]);
}

/** A descriptor of any type: its length and its type go before it. */
export function descriptor(type: number, body: readonly number[]): number[] {
  return [body.length + 2, type, ...body];
}

/** A number of 16 bits, little-endian. */
export function u16(value: number): [number, number] {
  return [value & 0xff, value >> 8];
}

/** The descriptor that a GET_DESCRIPTOR with this wValue asks for; null when there is none. */
export function descriptorFor({ device, configuration, strings }: Descriptors, value: number): Uint8Array | null {
  const [type, index] = [value >> 8, value & 0xff];
  if (type === TYPE.string) return index === 0 ? languages() : stringDescriptor(strings[index - 1]);
  if (index > 0) return null;
  if (type === TYPE.device) return device;
  return type === TYPE.configuration ? configuration : null;
}

function languages(): Uint8Array {
  return Uint8Array.from(descriptor(TYPE.string, u16(LANGUAGE)));
}

function stringDescriptor(text: string | undefined): Uint8Array | null {
  if (text === undefined) return null;
  return Uint8Array.from(descriptor(TYPE.string, [...Buffer.from(text.slice(0, STRING_CHARS_MAX), 'utf16le')]));
}

/** Class, subclass and protocol of every interface in a configuration, by its first setting. */
export function interfaceClassesIn(configuration: Uint8Array): readonly (readonly number[])[] {
  const found: (readonly number[])[] = [];
  for (let at = 0; at < configuration.length; at += configuration[at] ?? configuration.length) {
    const [, type, , alternate, , ...usbClass] = configuration.subarray(at, at + 8);
    if (type === TYPE.interface && alternate === 0) found.push(usbClass);
  }
  return found;
}
