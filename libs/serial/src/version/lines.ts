/** What a firmware says is kept up to here. */
const LINES_MAX = 64;
const LINE_CHARS_MAX = 256;
/** Escape sequences of terminals (ECMA-48, 5.4): colours, and where the cursor goes. */
const ESCAPES = new RegExp(`${String.fromCharCode(0x1b)}\\[[0-?]*[ -/]*[@-~]`, 'g');
const UNPRINTABLE = /[^ -~]/g;

/**
 * The lines in what a firmware said, printable ASCII, without empty ones, prompts, and the echo of the command: the last 64, of up
 * to 256 characters.
 */
export function linesIn(text: string, command: string | null): readonly string[] {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.replace(ESCAPES, '').replace(UNPRINTABLE, '').trim().slice(0, LINE_CHARS_MAX))
    .filter((line) => line !== '' && line !== '#' && line.replace(/^# ?/, '') !== command)
    .slice(-LINES_MAX);
}

/** As linesIn, but without a last line that is not over yet. */
export function wholeLinesIn(text: string, command: string | null): readonly string[] {
  return linesIn(text.slice(0, Math.max(text.lastIndexOf('\r'), text.lastIndexOf('\n')) + 1), command);
}
