import type { WholeApplicationSpec } from './application-spec.ts';

/** What a command prints, and what the firmware does then. */
interface Printed {
  readonly text: string;
  readonly restarts: 'dfu' | 'application' | null;
}

const PROMPT = '\r\n# ';
/** As in Betaflight's `cliEnter`. */
const GREETING = "\r\nEntering CLI Mode, type 'exit' to return, or 'help'\r\n";
const LINE_CHARS_MAX = 256;
const [CTRL_D, BACKSPACE, NEW_LINE, RETURN, SPACE, TILDE, DELETE] = [0x04, 0x08, 0x0a, 0x0d, 0x20, 0x7e, 0x7f];

/** What a firmware can do from its command line. */
export interface CommandLineHands {
  readonly say: (bytes: Uint8Array) => void;
  readonly restart: (into: 'dfu' | 'application') => void;
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

  type(byte: number): void {
    if (byte === CTRL_D) this.#run('exit');
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
    const { text, restarts } = printed(line, this.#spec);
    this.#print(`\r\n${text}`);
    if (restarts) this.#hands.restart(restarts);
    else this.#print(PROMPT);
  }

  #print(text: string): void {
    this.#hands.say(Buffer.from(text, 'latin1'));
  }
}

function printed(line: string, { accepts, version }: WholeApplicationSpec): Printed {
  const command = line.trim().toLowerCase().replace(/ +/g, ' ');
  if (command === 'version') return { text: `# ${version}`, restarts: null };
  if (command === 'save') return { text: '# saving\r\nRebooting', restarts: 'application' };
  if (command === 'exit')
    return { text: '# leaving CLI mode, unsaved changes lost\r\nRebooting', restarts: 'application' };
  if ((command === 'bl' || command === 'bl rom') && accepts.includes('cli-bl'))
    return { text: '# restarting in ROM bootloader mode\r\nRebooting', restarts: 'dfu' };
  if (command === 'dfu' && accepts.includes('cli-dfu')) return { text: 'Restarting in DFU mode', restarts: 'dfu' };
  return { text: `###ERROR IN ${command.split(' ')[0]}: UNKNOWN COMMAND###`, restarts: null };
}
