/** A number of bytes in the largest unit that gives a whole number: `16 KB`, `1 MB`, `82108 B`. */
export function sizeOf(bytes: number): string {
  if (bytes % 1024 !== 0 || bytes === 0) return `${bytes} B`;
  return bytes % (1024 * 1024) === 0 ? `${bytes / (1024 * 1024)} MB` : `${bytes / 1024} KB`;
}
