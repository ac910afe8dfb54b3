import { z } from 'zod';

const Line = z.string().regex(/^[ -~]{1,64}$/, 'must be 1-64 printable characters');
const U16 = z.int().min(0).max(0xffff);

/** What opens a command line: nothing where there is always one, `#` for Betaflight and its relatives, `####` for iNav. */
const Hail = z.enum(['', '#', '####']);

/**
 * How a board that runs its firmware is asked to restart into its bootloader (docs/protocol.md). Boards that are in it
 * already are never asked.
 */
export const BootloaderEntry = z.discriminatedUnion('by', [
  /** One character on the serial port, alone: Betaflight and its relatives listen for `R`. */
  z.strictObject({
    by: z.literal('character'),
    character: z
      .string()
      .regex(/^[0-~]$/, 'must be one character from 0 to ~')
      .default('R'),
  }),
  /** MSP_REBOOT. `auto` asks the board whether it has a bootloader of its own in flash, and takes that if so. */
  z.strictObject({ by: z.literal('msp'), into: z.enum(['auto', 'rom', 'flash']).default('auto') }),
  /** A command on a command line: `bl` (Betaflight), `dfu` (iNav), `reboot_dfu` (rusEFI, without a hail). */
  z.strictObject({ by: z.literal('cli'), hail: Hail.default('#'), command: Line.default('bl') }),
  /** The port opened at 1200 baud and closed again. */
  z.strictObject({ by: z.literal('touch-1200') }),
  /** DFU DETACH (DFU 1.1, 5.1), for firmware with a DFU interface of its own. */
  z.strictObject({ by: z.literal('dfu-detach') }),
]);
export type BootloaderEntry = z.infer<typeof BootloaderEntry>;

/** What came up after a board had left its bootloader, as a record keeps it. */
export const RunningFirmware = z.strictObject({
  vendorId: U16,
  productId: U16,
  usbSerial: z.string().max(128).nullable(),
  /** The line that told its version; null when it was not asked. */
  version: z.string().max(256).nullable(),
});
export type RunningFirmware = z.infer<typeof RunningFirmware>;

/** A question to running firmware, and the text that a line of its answer must hold. */
export const VersionCheck = z.strictObject({
  hail: Hail.default('#'),
  /** Null for firmware that says its version by itself when its port is opened. */
  command: Line.nullable().default('version'),
  /** Plain text, found anywhere in one line. */
  contains: Line,
});
export type VersionCheck = z.infer<typeof VersionCheck>;

/** What must come up on the port of a board that has left its bootloader. What is left out is not looked at. */
export const ApplicationCheck = z.strictObject({
  /** USB vendor and product of the running firmware. */
  vendorId: U16.nullable().default(null),
  productId: U16.nullable().default(null),
  /**
   * The USB serial number: `present` wants one, `same` the one it had when it was asked into its bootloader (of a board that was
   * in it already only that there is one), `unit` the serial number of the unit that the run was started for: boards of such an
   * order wait until a run names theirs.
   */
  serial: z.enum(['any', 'present', 'same', 'unit']).default('any'),
  version: VersionCheck.nullable().default(null),
  /** From the moment it left its bootloader until all of this has been seen. */
  deadlineMs: z.int().min(100).max(120_000).default(10_000),
});
export type ApplicationCheck = z.infer<typeof ApplicationCheck>;
