export type { UsbBinding, UsbDevice } from './binding.ts';
export { linuxHost, SILENT_HOST, type UsbHost } from './discovery/host.ts';
export { readUsbTree, usbTreeReader } from './tree/usb-tree.ts';
export { openUsbBus, type PortAddresses, type UsbBus, type UsbBusOptions } from './usb-bus.ts';
