import type { Pace } from '../board/enumeration.ts';
import type { WholeApplicationSpec } from './application-spec.ts';
import type { ChipFacts } from './chip-facts.ts';
import { CommandLine, type CommandLineHands } from './command-line.ts';
import { mspAnswer } from './msp-answers.ts';
import { MSP_START, MspReader, type MspRequest, mspReply } from './msp-frame.ts';

/** What a firmware can do: send, and restart the chip. */
export type FirmwareHands = Omit<CommandLineHands, 'leave'>;

/** Betaflight msp_serial.c: a single character counts once so long nothing came after it. */
const GUARD_MS = 100;
const [REBOOT_CHARACTER, HASH] = [0x52, 0x23];

/** What a firmware makes of the bytes it is sent: MSP frames, single characters, and a command line. */
export class Conversation {
  readonly #spec: WholeApplicationSpec;
  readonly #chip: ChipFacts;
  readonly #pace: Pace;
  readonly #hands: FirmwareHands;
  #frame: MspReader | null = null;
  #commandLine: CommandLine | null;
  /** Something that was asked for by one character, and is not granted yet. */
  #pending = new AbortController();

  constructor(spec: WholeApplicationSpec, chip: ChipFacts, pace: Pace, hands: FirmwareHands) {
    this.#spec = spec;
    this.#chip = chip;
    this.#pace = pace;
    this.#hands = hands;
    this.#commandLine = spec.console === 'asked-for' ? null : this.#makeCommandLine();
  }

  /** The port was opened. */
  begin(): void {
    if (this.#spec.console === 'announces') this.#commandLine?.announce();
  }

  /** One packet as it came over USB. */
  hear(packet: Uint8Array): void {
    this.#takeBack();
    for (const byte of packet) this.#take(byte);
  }

  /** Nothing that is pending happens any more, and nothing that was begun goes on. */
  end(): void {
    this.#takeBack();
    this.#frame = null;
    if (this.#spec.console === 'asked-for') this.#commandLine = null;
  }

  #take(byte: number): void {
    if (this.#commandLine) this.#commandLine.type(byte);
    else if (this.#frame) this.#takeOfFrame(this.#frame, byte);
    else this.#takeAlone(byte);
  }

  #takeAlone(byte: number): void {
    if (this.#spec.cancels === 'byte') this.#takeBack();
    if (byte === MSP_START) {
      this.#frame = new MspReader();
      this.#takeOfFrame(this.#frame, byte);
    } else if (byte === REBOOT_CHARACTER && this.#spec.accepts.includes('character'))
      this.#later(() => this.#hands.restart('dfu'));
    else if (byte === HASH) this.#later(() => this.#openCommandLine());
  }

  #takeOfFrame(frame: MspReader, byte: number): void {
    const read = frame.push(byte);
    if (read === 'more') return;
    this.#frame = null;
    if (read !== 'broken') this.#answer(read);
  }

  #answer(request: MspRequest): void {
    const { payload, restarts } = mspAnswer(request, this.#spec, this.#chip);
    this.#hands.say(mspReply(request.command, payload));
    if (restarts) this.#hands.restart(restarts);
  }

  #openCommandLine(): void {
    this.#commandLine = this.#makeCommandLine();
    this.#commandLine.greet();
  }

  #makeCommandLine(): CommandLine {
    const leave = () => {
      if (this.#spec.console === 'asked-for') this.#commandLine = null;
    };
    return new CommandLine(this.#spec, { ...this.#hands, leave });
  }

  #later(grant: () => void): void {
    this.#takeBack();
    const { clock, speed } = this.#pace;
    // Taken back: more bytes came, or the firmware does not run any more.
    clock.sleep(GUARD_MS * speed, this.#pending.signal).then(grant, () => {});
  }

  #takeBack(): void {
    this.#pending.abort();
    this.#pending = new AbortController();
  }
}
