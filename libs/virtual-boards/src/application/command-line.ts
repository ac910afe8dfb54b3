import type { WholeApplicationSpec } from './application-spec.ts';

/** What a command prints, and what the firmware does then. */
interface Printed {
  readonly text: string;
  readonly next: 'prompt' | 'leave' | 'dfu' | 'application';
}

const PROMPT = '\r\n# ';
/** As in Betaflight's `cliEnter`. */
const GREETING = "\r\nEntering CLI Mode, type 'exit' to return, or 'help'\r\n";
const LEAVING = '# leaving CLI mode, unsaved changes lost\r\n';
const LINE_CHARS_MAX = 256;
const [CTRL_D, BACKSPACE, NEW_LINE, RETURN, SPACE, TILDE, DELETE] = [0x04, 0x08, 0x0a, 0x0d, 0x20, 0x7e, 0x7f];

/** What a firmware can do from its command line. */
export interface CommandLineHands {
  readonly say: (bytes: Uint8Array) => void;
  readonly restart: (into: 'dfu' | 'application') => void;
  readonly leave: () => void;
}

/** The command line of a firmware: it echoes, and it carries out what is ended by CR or LF. */
export class CommandLine {
  readonly #spec: WholeApplicationSpec;
  readonly #hands: CommandLineHands;
  #line = '';

  constructor(spec: WholeApplicationSpec, hands: CommandLineHands) {
    this.#spec = spec;
    this.#hands = hands;
  }

  greet(): void {
    this.#print(GREETING + PROMPT);
  }

  /** Says its version without being asked. */
  announce(): void {
    this.#print(`\r\n${this.#spec.version}\r\n`);
  }

  type(byte: number): void {
    // On an empty line only (Betaflight cli.c); elsewhere it is nothing, like all that cannot be printed.
    if (byte === CTRL_D && this.#line === '') this.#run('exit');
    else if (byte === NEW_LINE || byte === RETURN) this.#enter();
    else if (byte === BACKSPACE || byte === DELETE) this.#line = this.#line.slice(0, -1);
    else if (byte >= SPACE && byte <= TILDE && this.#line.length < LINE_CHARS_MAX) this.#echo(byte);
  }

  #echo(byte: number): void {
    if (this.#line === '' && byte === SPACE) return;
    this.#line += String.fromCharCode(byte);
    this.#hands.say(Uint8Array.of(byte));
  }

  /** CR LF is one line end: an empty line is none. */
  #enter(): void {
    if (this.#line === '') return;
    const line = this.#line;
    this.#line = '';
    this.#run(line);
  }

  #run(line: string): void {
    const { text, next } = printed(line, this.#spec);
    this.#print(`\r\n${text}`);
    if (next === 'prompt') this.#print(PROMPT);
    else if (next === 'leave') this.#hands.leave();
    else this.#hands.restart(next);
  }

  #print(text: string): void {
    this.#hands.say(Buffer.from(text, 'latin1'));
  }
}

function printed(line: string, { accepts, version, exits }: WholeApplicationSpec): Printed {
  // What follows a # is a comment; a line of nothing else is none.
  const command = line.replace(/#.*/, '').trim().toLowerCase().replace(/ +/g, ' ');
  if (command === '') return { text: '', next: 'prompt' };
  if (command === 'version') return { text: `# ${version}`, next: 'prompt' };
  if (command === 'save') return { text: '# saving\r\nRebooting', next: 'application' };
  if (command === 'exit noreboot' && exits === 'noreboot') return { text: LEAVING, next: 'leave' };
  if (command.startsWith('exit')) return { text: `${LEAVING}Rebooting`, next: 'application' };
  if ((command === 'bl' || command === 'bl rom') && accepts.includes('cli-bl'))
    return { text: '# restarting in ROM bootloader mode\r\nRebooting', next: 'dfu' };
  if (command === 'dfu' && accepts.includes('cli-dfu')) return { text: 'Restarting in DFU mode', next: 'dfu' };
  return { text: `###ERROR IN ${command.split(' ')[0]}: UNKNOWN COMMAND###`, next: 'prompt' };
}
