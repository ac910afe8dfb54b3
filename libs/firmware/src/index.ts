export { writeDfuseFile } from './binary-formats/dfuse-writer.ts';
export { composeImage, type ImagePart } from './composition.ts';
export { type DeviceIds, type FirmwareImage, programmed, type Range, type Target } from './image.ts';
export { formatNamed } from './image-format.ts';
export { digestOf, rangeInfo } from './ranges.ts';
export { type ReadImageOptions, readImage } from './read-image.ts';
export { type WritableFormat, writeImage } from './write-image.ts';
