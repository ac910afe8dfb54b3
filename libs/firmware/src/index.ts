export type { FirmwareImage, Range, Target } from './image.ts';
