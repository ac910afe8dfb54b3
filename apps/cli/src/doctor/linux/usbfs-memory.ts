import type { Scene } from '../scene.ts';
import { ok, unknown, type Verdict, warn } from '../verdict.ts';

const PARAMETER = '/sys/module/usbcore/parameters/usbfs_memory_mb';
/** What the kernel allows by itself. 64 boards take a quarter of a megabyte, cameras beside them far more. */
const MEGABYTES_MIN = 16;

/** Whether the memory that all programs together may use for USB transfers is as large as it should be. */
export async function usbfsMemory({ computer, asRoot }: Scene): Promise<Verdict> {
  const text = (await computer.readText(PARAMETER))?.trim() ?? '';
  if (!/^\d{1,9}$/.test(text)) return unknown('The kernel does not tell how much memory USB transfers may use.');
  const megabytes = Number(text);
  if (megabytes === 0) return ok('USB transfers may use as much memory as they need.');
  if (megabytes >= MEGABYTES_MIN) return ok(`USB transfers may use ${megabytes} MB of memory.`);
  return warn(`USB transfers of all programs together may use only ${megabytes} MB of memory.`, [
    `echo ${MEGABYTES_MIN} | ${asRoot(`tee ${PARAMETER}`)}`,
  ]);
}
