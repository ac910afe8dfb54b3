const BY_NUMBER = new Intl.Collator('en', { numeric: true });

/** Devices in the order of their ports: 1-2 comes before 1-10. */
export function inPortOrder<T extends { readonly path: string }>(devices: readonly T[]): T[] {
  return devices.toSorted((a, b) => BY_NUMBER.compare(a.path, b.path));
}
