import { Part } from '@flashline/contracts';

/** A part with plain habits and what a test changes of it. Erasing costs 10 ms a sector and 1 ms a KiB, writing 3 ms a KiB. */
export function madePart(changes: Partial<Part> = {}): Part {
  return Part.parse({
    name: 'made',
    match: { vendorId: 1, productId: 1, layouts: ['@made'] },
    timing: { erasePerSectorMs: 10, erasePerKibMs: 1, writePerKibMs: 3, massEraseMs: 25 },
    ...changes,
  });
}
