import { choiceIn, fieldsOf, flagIn, listIn, textIn } from '../json-fields.ts';

/** The ways in which a running firmware may be asked into the bootloader (sources.md 6.3). */
const BOOTLOADER_WAYS = ['character', 'msp', 'cli-bl', 'cli-dfu', 'touch-1200', 'dfu-detach'] as const;
export type BootloaderWay = (typeof BOOTLOADER_WAYS)[number];

const CANCELS = ['byte', 'packet'] as const;
const CONSOLES = ['asked-for', 'always', 'announces'] as const;
const EXITS = ['reboots', 'noreboot'] as const;
const BETAFLIGHT: readonly BootloaderWay[] = ['character', 'msp', 'cli-bl'];

/** A firmware, as plain JSON. What is left out: a Betaflight of 2026. */
export interface ApplicationSpec {
  readonly accepts?: readonly BootloaderWay[];
  /** What `version` prints. */
  readonly version?: string;
  /** MSP_BOARD_INFO tells of a bootloader of its own, and MSP_REBOOT 4 leads there; what answers then is the ROM all the same. */
  readonly hasFlashBootloader?: boolean;
  /**
   * What takes back a `R` or `#` that came less than 100 ms before: any byte (Betaflight of 2026), or only the next packet, so
   * that `####` and a line end still open the command line (Betaflight until then, iNav).
   */
  readonly cancels?: (typeof CANCELS)[number];
  /**
   * `always`: there is nothing but a command line, and it needs no `#`. `announces`: so it is, and it says its version by itself
   * whenever its port is opened.
   */
  readonly console?: (typeof CONSOLES)[number];
  /** `noreboot`: `exit noreboot` leaves the command line only (Betaflight since 2025.12). Any other `exit` restarts. */
  readonly exits?: (typeof EXITS)[number];
  /** After DFU DETACH it leaves the bus by itself (bitWillDetach), instead of waiting for the host to reset the bus. */
  readonly willDetach?: boolean;
}

/** A firmware with nothing left open. */
export type WholeApplicationSpec = Required<ApplicationSpec>;

/** A firmware that came as JSON, made whole. Throws CONFIG_INVALID with the field. */
export function parseApplicationSpec(value: unknown, where = 'application'): WholeApplicationSpec {
  const keys = ['accepts', 'version', 'hasFlashBootloader', 'cancels', 'console', 'exits', 'willDetach'];
  const fields = fieldsOf(value, where, keys);
  return {
    accepts: fields.values.accepts === undefined ? BETAFLIGHT : waysIn(listIn(fields, 'accepts', 16), where),
    version: textIn(fields, 'version', 200, 'Betaflight / VIRTUAL (VIRT) 2025.12.1 MSP API: 1.47'),
    hasFlashBootloader: flagIn(fields, 'hasFlashBootloader', false),
    cancels: choiceIn(fields, 'cancels', CANCELS, 'byte'),
    console: choiceIn(fields, 'console', CONSOLES, 'asked-for'),
    exits: choiceIn(fields, 'exits', EXITS, 'noreboot'),
    willDetach: flagIn(fields, 'willDetach', false),
  };
}

function waysIn(list: readonly unknown[], where: string): readonly BootloaderWay[] {
  return list.map((way, n) =>
    choiceIn({ where, values: { [`accepts[${n}]`]: way } }, `accepts[${n}]`, BOOTLOADER_WAYS),
  );
}
