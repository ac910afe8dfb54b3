import type { Stats } from 'node:fs';

/**
 * Names a device's folder in sysfs, told by `lstat`, for as long as the device is there; whatever comes to its port later has
 * another one. One call, where reading a file in it takes four.
 */
export function stampOf({ ino, ctimeMs }: Pick<Stats, 'ino' | 'ctimeMs'>): string {
  return `${ino} ${ctimeMs}`;
}
