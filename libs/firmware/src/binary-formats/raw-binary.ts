import { type FirmwareImage, plainImage } from '../image.ts';
import { DFU_SUFFIX_BYTES, readDfuSuffix } from './dfu-suffix.ts';

/**
 * Takes a file for the bytes themselves. A DFU 1.1 suffix is for the host, not for the board: it comes off when its
 * checksum proves that it is one. Throws IMAGE_EMPTY or IMAGE_ADDRESS_INVALID.
 */
export function readRawBinary(file: Uint8Array, address: number): FirmwareImage {
  const suffix = readDfuSuffix(file);
  if (suffix?.isIntact !== true || suffix.length !== DFU_SUFFIX_BYTES)
    return plainImage('bin', [{ address, data: file }]);
  return plainImage('bin', [{ address, data: file.subarray(0, -DFU_SUFFIX_BYTES) }], {
    device: suffix.device,
    warnings: [`A DFU suffix of ${DFU_SUFFIX_BYTES} bytes was left out.`],
  });
}
