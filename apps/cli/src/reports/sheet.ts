/** Names and values, one pair a line. */
export function sheet(pairs: readonly (readonly string[])[]): string {
  const width = Math.max(...pairs.map(([name = '']) => name.length));
  return pairs.map(([name = '', value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}
