import { comparePorts } from '@flashline/contracts';

/** Devices in the order of their ports: 1-2 comes before 1-10. */
export function inPortOrder<T extends { readonly path: string }>(devices: readonly T[]): T[] {
  return devices.toSorted((a, b) => comparePorts(a.path, b.path));
}
