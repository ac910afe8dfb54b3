export { askIntoBootloader, type SerialEntry } from './entry/ask-into-bootloader.ts';
export { type SystemPortsOptions, systemSerialPorts } from './ports/system-ports.ts';
export { type VersionTiming, versionLines } from './version/version-lines.ts';
