/** The longest event the page takes, in characters; a snapshot of 256 slots is a tenth of it. */
const EVENT_CHARS_MAX = 4_000_000;

const DATA = /^data: ?/;

/**
 * Reads server-sent events (WHATWG HTML 9.2.6) from text that arrives in any pieces: every call returns the `data` of the
 * events it completed. Throws a RangeError when an event grows past `charsMax`.
 * Not EventSource: that hides the heartbeat comments, and their absence is how a dead link is noticed.
 */
export function createEventReader(charsMax: number = EVENT_CHARS_MAX): (piece: string) => string[] {
  let rest = '';
  let data: string[] = [];
  return (piece) => {
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    const finished: string[] = [];
    for (const line of lines) {
      if (DATA.test(line)) data.push(line.replace(DATA, ''));
      if (line !== '') continue;
      finished.push(...asEvent(data));
      data = [];
    }
    if (rest.length + data.join('').length > charsMax) throw new RangeError('an event of the station is too long');
    return finished;
  };
}

/** An event without data is none. */
function asEvent(data: readonly string[]): string[] {
  return data.length === 0 ? [] : [data.join('\n')];
}
