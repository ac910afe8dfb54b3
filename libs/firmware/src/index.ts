export { type FirmwareImage, programmed, type Range, type Target } from './image.ts';
export { digestOf, rangeInfo } from './ranges.ts';
export { type ReadImageOptions, readImage } from './read-image.ts';
