import { Part } from '@flashline/contracts';
import { z } from 'zod';
import { firstClash } from './part-clash.ts';
import { readYamlFile } from './yaml-file.ts';

const PARTS_BYTES_MAX = 256 * 1024;
const PARTS_MAX = 512;

/** Vendor and product as people and `lsusb` write them. */
const UsbId = z
  .string()
  .regex(/^[0-9a-f]{4}:[0-9a-f]{4}$/i, 'must be a USB id such as 0483:df11')
  .transform((text) => ({
    vendorId: Number.parseInt(text.slice(0, 4), 16),
    productId: Number.parseInt(text.slice(5), 16),
  }));

const { bcdDevice, layouts, alternates } = Part.shape.match.shape;

/** A part as it stands in the file: a `Part`, except that vendor and product are one `id`. */
const PartEntry = z
  .strictObject({ ...Part.shape, match: z.strictObject({ id: UsbId, bcdDevice, layouts, alternates }) })
  .transform(({ match: { id, ...match }, ...part }): Part => ({ ...part, match: { ...id, ...match } }));

const PartsFile = z
  .strictObject({ parts: z.array(PartEntry).min(1).max(PARTS_MAX) })
  .superRefine(({ parts }, context) => {
    const clash = firstClash(parts);
    if (clash !== null) context.addIssue({ code: 'custom', path: ['parts', clash.at], message: clash.reason });
  });

/**
 * Reads the parts file (`config/parts.yaml`). Throws FILE_UNREADABLE, or CONFIG_INVALID, also when two entries have one name or
 * match one device.
 */
export async function readPartsFile(path: string): Promise<readonly Part[]> {
  const { parts } = await readYamlFile(path, PartsFile, { bytesMax: PARTS_BYTES_MAX });
  return parts;
}
