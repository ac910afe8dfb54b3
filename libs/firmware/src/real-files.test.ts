import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeDfuseFile } from './binary-formats/dfuse-writer.ts';
import { programmed } from './image.ts';
import { digestOf, rangeInfo } from './ranges.ts';
import { readImage } from './read-image.ts';
import { writeElf } from './testing/write-elf.ts';
import { writeUf2 } from './testing/write-uf2.ts';
import { writeImage } from './write-image.ts';

const FOLDER = join(import.meta.dirname, '../../../../shared/firmware');
const HEX = 'betaflight-3.5.2-stm32f405.hex';
const BIN = 'betaflight-3.5.2-stm32f405.bin';
const DFU = 'micropython-stm32f407.dfu';
const ANY_DEVICE = { vendorId: null, productId: null, bcdDevice: null };
const missing = [HEX, BIN, DFU].filter((name) => !existsSync(join(FOLDER, name)));
const isSkipped = missing.length > 0 && !process.env.CI;
if (isSkipped) process.stderr.write(`SKIPPED: tests with real firmware, ${missing.join(', ')} not in ${FOLDER}\n`);

function read(name: string, loadAddress: number | null = null) {
  return readImage(readFileSync(join(FOLDER, name)), { name, loadAddress });
}

describe('real firmware', () => {
  test.skipIf(isSkipped)('Betaflight as HEX has two ranges, and the settings between them are in neither', () => {
    const image = read(HEX);
    expect(image).toMatchObject({ format: 'hex', device: null, warnings: [] });
    expect(rangeInfo(programmed(image))).toEqual([
      { address: 0x0800_0000, bytes: 12_586 },
      { address: 0x0800_8000, bytes: 317_880 },
    ]);
  });

  test.skipIf(isSkipped)('Betaflight as a raw binary is the HEX with zeros in the gap', () => {
    const flat = new Uint8Array(350_648);
    for (const { address, data } of programmed(read(HEX))) flat.set(data, address - 0x0800_0000);
    const expected = [{ address: 0x0800_0000, data: flat }];
    expect(programmed(read(BIN, 0x0800_0000))).toEqual(expected);
    expect(digestOf(programmed(read(BIN)))).toEqual(digestOf(expected));
  });

  test.skipIf(isSkipped)('MicroPython as DfuSe has two elements for the ST bootloader', () => {
    const image = read(DFU);
    expect(image).toMatchObject({
      format: 'dfu',
      device: { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0 },
      warnings: [],
      targets: [{ alternate: 0, name: 'ST...' }],
    });
    expect(rangeInfo(programmed(image))).toEqual([
      { address: 0x0800_0000, bytes: 14_784 },
      { address: 0x0802_0000, bytes: 307_392 },
    ]);
    expect(digestOf(programmed(image)).bytes).toBe(322_176);
  });

  test.skipIf(isSkipped)('MicroPython written again as DfuSe is the same file to the byte', () => {
    const image = read(DFU);
    const written = writeDfuseFile(image, image.device ?? ANY_DEVICE);
    expect(Buffer.compare(written, readFileSync(join(FOLDER, DFU)))).toBe(0);
  });

  test.skipIf(isSkipped)('Betaflight written as HEX, S-records, UF2 or ELF is still Betaflight', () => {
    const ranges = programmed(read(HEX));
    const files = [writeImage(ranges, 'hex'), writeImage(ranges, 'srec'), writeUf2(ranges), writeElf(ranges)];
    for (const file of files) expect(digestOf(programmed(readImage(file)))).toEqual(digestOf(ranges));
  });
});
