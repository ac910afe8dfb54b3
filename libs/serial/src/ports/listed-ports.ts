/** What `SerialPort.list` tells about a port, as far as it matters here. */
export interface ListedPort {
  readonly path: string;
  readonly locationId?: string | undefined;
}

/**
 * The serial device of the board on a USB port of a Mac: `/dev/cu.usbmodem…`, which does not wait for a carrier as `/dev/tty.…`
 * does. Null when the port has none.
 */
export function macDeviceAt(path: string, listed: readonly ListedPort[]): string | null {
  const found = listed.find(({ locationId }) => locationId !== undefined && macPathOf(locationId) === path);
  return found ? found.path.replace('/dev/tty.', '/dev/cu.') : null;
}

/**
 * The port path in a location id of macOS, as libusb makes it: the top byte is the bus, each hexadecimal digit after it a port, up
 * to the first zero (libusb, darwin_usb.c). `14230000` is `20-2.3`. Null when it is none.
 */
export function macPathOf(locationId: string): string | null {
  const [, bus, ports] = /^(?:0x)?(?=[0-9a-f]{8}$)([0-9a-f]{2})([1-9a-f]+)0*$/i.exec(locationId) ?? [];
  if (bus === undefined || ports === undefined) return null;
  const numbers = ports.split('').map((digit) => Number.parseInt(digit, 16));
  return `${Number.parseInt(bus, 16)}-${numbers.join('.')}`;
}
