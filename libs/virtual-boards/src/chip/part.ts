import type { Alternate, DfuFunctional } from '@flashline/dfuse';

/** A run of equal sectors. */
export interface SectorRun {
  readonly count: number;
  readonly bytes: number;
  readonly eraseMs: number;
  /** The silicon neither erases nor programs these. */
  readonly isReadOnly?: boolean;
}

/**
 * What a memory is made of. `flash` is set back by erasing its sectors. `otp` is programmed once and never erased. `data`
 * (EEPROM, feature registers) and `option-bytes` are rewritten in place; option bytes take effect at the reset that writing
 * them causes.
 */
export type MemoryKind = 'flash' | 'otp' | 'data' | 'option-bytes';

/** One memory of a part as the silicon has it, which is not always what its layout string says. */
export interface MemoryRegion {
  readonly kind: MemoryKind;
  readonly address: number;
  readonly sectors: readonly SectorRun[];
  /** The alternate settings through which the ROM reaches it; none when it shows it to nobody. */
  readonly alternates: readonly number[];
}

/** What the option bytes hold when the chip leaves the factory, and which of them is the read protection. */
interface OptionBytes {
  readonly address: number;
  /** The first bytes; the rest is as erased. */
  readonly factory: readonly number[];
  /** Byte of the read protection: `open` is level 0, `permanent` level 2 where the part has one, everything else level 1. */
  readonly rdp: { readonly offset: number; readonly open: number; readonly permanent: number | null };
}

/** How long things take on a part, in milliseconds. */
interface PartTiming {
  /** SETUP and status stage of a control transfer. */
  readonly wireMsPerTransfer: number;
  /** Data stage, per byte. */
  readonly wireMsPerByte: number;
  readonly setAddressMs: number;
  readonly programMsPerByte: number;
  readonly massEraseMs: number;
  /** From the last answer of the bootloader to the next enumeration. */
  readonly returnMs: number;
}

/** What the ROM puts into bwPollTimeout: how long it takes, or a number that has nothing to do with it. */
interface ReportedPolls {
  readonly setAddressMs: number | 'honest';
  readonly eraseMs: number | 'honest';
  readonly massEraseMs: number | 'honest';
  readonly writeMs: number | 'honest';
}

/** What ROMs and their flash do differently. */
export interface Habits {
  /**
   * Programming what is not erased: `combines` keeps bits that were already programmed, `refuses` ends in errWRITE with
   * nothing done, `drops` acknowledges and does nothing. `once-per-word`: every word of `wordBytes` carries an
   * error-correcting code and is programmed once per erase, whatever is written; a second time ends in errWRITE with
   * nothing done.
   */
  readonly overwrite: 'combines' | 'refuses' | 'drops' | 'once-per-word';
  readonly wordBytes: number;
  /** What a request meets while flash is busy: it is held (NAK), stalled, or told dfuDNBUSY (sources.md 5.1). */
  readonly whileBusy: 'holds' | 'stalls' | 'answers';
  readonly massErase: 'works' | 'fails' | 'never-ends';
  /** CLRSTATUS outside dfuERROR: acknowledged and turned into errUNKNOWN, or stalled (sources.md 1.2). */
  readonly strayClearStatus: 'fails' | 'stalls';
  /** Read protection level 1: refuses with errVENDOR, or acknowledges everything, drops it and reads as erased. */
  readonly whenProtected: 'refuses' | 'pretends';
  /** Whether the GETSTATUS that makes it leave is answered (sources.md 5.4). */
  readonly onLeave: 'answers' | 'goes-silently';
  /** GET_DESCRIPTOR for the DFU functional descriptor alone: some answer nothing at all (sources.md 1.5). */
  readonly functionalAlone: 'answers' | 'silence';
  /** Erases from here on end in a dfuDNBUSY that only CLRSTATUS ends (sources.md 5.1, H743 Rev V). */
  readonly wedgesFrom: number | null;
}

/** A kind of chip with its ROM bootloader: all that tells one virtual board from another, as data. */
export interface PartSpec extends Habits {
  readonly name: string;
  readonly vendorId: number;
  readonly productId: number;
  readonly bcdDevice: number;
  readonly bcdUsb: number;
  readonly manufacturer: string;
  readonly product: string;
  readonly functional: DfuFunctional;
  readonly alternates: readonly Alternate[];
  /** In address order, flash first. */
  readonly regions: readonly MemoryRegion[];
  readonly optionBytes: OptionBytes;
  /** Where the initial stack pointer of a plausible firmware may point. */
  readonly ram: readonly { readonly address: number; readonly bytes: number }[];
  readonly erasedByte: 0xff | 0x00;
  readonly timing: PartTiming;
  readonly polls: ReportedPolls;
  /** The USB serial of the ROM: made from the chip's id, or the same on every chip. */
  readonly usbSerial: 'per-chip' | { readonly constant: string };
  readonly application: {
    readonly vendorId: number;
    readonly productId: number;
    readonly bcdDevice: number;
    readonly usbSerial: string;
  };
}
