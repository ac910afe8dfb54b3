import { hostname } from 'node:os';
import { USBIP_PORT } from '@flashline/virtual-boards';
import { InvalidArgumentError } from 'commander';

const PORT_MAX = 65_535;
const EVERY_ADDRESS = '0.0.0.0';

/** Where a USB/IP server is to listen, for commander: `ADDRESS:PORT`, where port 0 takes a free one. */
export function usbipPlace(text: string): { readonly host: string; readonly port: number } {
  const [, host = '', digits = ''] = /^([\w.-]+):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (host === '' || port > PORT_MAX)
    throw new InvalidArgumentError(`It must be ADDRESS:PORT, for example 127.0.0.1:${USBIP_PORT}.`);
  return { host, port };
}

/** How a person gets the boards of a USB/IP server at `host:port` onto the USB bus of a Linux computer, in exact commands. */
export function usbipGuide(address: string, busid: string): string {
  const { host, port } = usbipPlace(address);
  const usbip = port === USBIP_PORT ? 'usbip' : `usbip --tcp-port ${port}`;
  const remote = `--remote ${host === EVERY_ADDRESS ? hostname() : host}`;
  return `USB/IP: ${address}. On a Linux computer with the usbip tool (Debian: apt install usbip):
  sudo modprobe vhci-hcd
  ${usbip} list ${remote}
  sudo ${usbip} attach ${remote} --busid ${busid}
A board that leaves its bootloader, or comes back to it, leaves that computer: attach it again.`;
}
