const DT_STRING = 3;

/** The text of a string descriptor as it came off the wire: printable characters up to the first NUL. Null if it is none. */
export function parseString(bytes: Uint8Array): string | null {
  const [length, type] = bytes;
  if (length === undefined || type !== DT_STRING) return null;
  // The F427 ROM names a longer length than it sends (dfu-util ticket 22).
  const end = Math.max(2, Math.min(length, bytes.length));
  const text = Buffer.from(bytes.subarray(2, end)).toString('utf16le');
  const nul = text.indexOf('\0');
  return (nul < 0 ? text : text.slice(0, nul)).replace(/[\p{Cc}\p{Cs}]/gu, '');
}
