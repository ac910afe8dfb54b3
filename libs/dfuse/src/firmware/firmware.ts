import type { BootloaderEntry, VersionCheck } from '@flashline/contracts';

/** What can be done with a board that runs its firmware. The engine knows no serial ports: whoever has them is given in. */
export interface Firmware {
  /** Asks the board on this port to restart into its bootloader; the bus shows what comes of it. Rejects with a Fault. */
  ask(path: string, entry: BootloaderEntry, signal: AbortSignal): Promise<void>;
  /**
   * What the firmware on this port answers to a question for its version: every line, until one holds the wanted text or `limitMs`
   * have passed. Rejects with a Fault; BOARD_SILENT when there is no answer at all.
   */
  versionLines(path: string, check: VersionCheck, limitMs: number, signal: AbortSignal): Promise<readonly string[]>;
}
