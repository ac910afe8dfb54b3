import type { Range } from '../image.ts';
import { split } from './write-hex.ts';

/** The fields of a UF2 block by their names in the specification. */
export interface Uf2Fields {
  readonly flags?: number;
  readonly targetAddr: number;
  readonly payloadSize?: number;
  readonly blockNo: number;
  readonly numBlocks: number;
  readonly familyId?: number;
  readonly data: Uint8Array;
}

/** familyID present. */
export const WITH_FAMILY = 0x2000;
/** STM32F4. */
export const FAMILY = 0x5775_5a57;

/** One block of a UF2 file. */
export function uf2Block(fields: Uf2Fields): Uint8Array {
  const { flags = WITH_FAMILY, familyId = FAMILY, data, payloadSize = data.length } = fields;
  const block = Buffer.alloc(512, 0xff);
  const header = [0x0a32_4655, 0x9e5d_5157, flags, fields.targetAddr];
  for (const [at, value] of [...header, payloadSize, fields.blockNo, fields.numBlocks, familyId].entries())
    block.writeUInt32LE(value, 4 * at);
  block.set(data, 32);
  block.writeUInt32LE(0x0ab1_6f30, 508);
  return block;
}

/** Writes ranges as UF2, in order, with these sizes of payload in turn. */
export function writeUf2(ranges: readonly Range[], sizes: readonly number[] = [256]): Uint8Array {
  const rows = ranges.flatMap((range) => split(range, sizes));
  return Buffer.concat(
    rows.map(({ address, data }, blockNo) => uf2Block({ targetAddr: address, data, blockNo, numBlocks: rows.length })),
  );
}
