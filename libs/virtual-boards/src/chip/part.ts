import type { Alternate, DfuFunctional } from '@flashline/dfuse';

/** A run of equal sectors. */
export interface SectorRun {
  readonly count: number;
  readonly bytes: number;
  readonly eraseMs: number;
}

/** One memory of a part, in address order. Flash is what can be erased. */
export interface MemoryRegion {
  readonly address: number;
  readonly sectors: readonly SectorRun[];
  readonly erasable: boolean;
  /** Writing option bytes resets the chip (dfu-util's `will-reset`, sf ticket 36). */
  readonly resetsWhenWritten: boolean;
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

/** A kind of chip with its ROM bootloader: all that tells one virtual board from another, as data. */
export interface PartSpec {
  readonly name: string;
  readonly vendorId: number;
  readonly productId: number;
  readonly bcdDevice: number;
  readonly product: string;
  readonly functional: DfuFunctional;
  readonly alternates: readonly Alternate[];
  readonly regions: readonly MemoryRegion[];
  /** Where the initial stack pointer of a plausible firmware may point. */
  readonly ram: readonly { readonly address: number; readonly bytes: number }[];
  readonly erasedByte: 0xff | 0x00;
  /** Programming what is not erased: `combines` keeps bits that were already programmed, `refuses` ends in errWRITE. */
  readonly overwrite: 'combines' | 'refuses';
  /** What a request meets while flash is busy: OTG parts hold it (NAK), the small USB device stalls it (dfuse.md 5.1). */
  readonly whileBusy: 'holds' | 'stalls';
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

/** The part with every duration it has or reports multiplied, so a test sees the same board faster. */
export function atSpeed(part: PartSpec, speed: number): PartSpec {
  const reported = (ms: number | 'honest') => (ms === 'honest' ? ms : Math.ceil(ms * speed));
  return {
    ...slowed(part, speed),
    polls: {
      setAddressMs: reported(part.polls.setAddressMs),
      eraseMs: reported(part.polls.eraseMs),
      massEraseMs: reported(part.polls.massEraseMs),
      writeMs: reported(part.polls.writeMs),
    },
  };
}

/** The part with every duration it has multiplied, while the polls it reports stay what they were. */
export function slowed(part: PartSpec, factor: number): PartSpec {
  const { timing } = part;
  return {
    ...part,
    regions: part.regions.map((region) => ({
      ...region,
      sectors: region.sectors.map((run) => ({ ...run, eraseMs: run.eraseMs * factor })),
    })),
    timing: {
      wireMsPerTransfer: timing.wireMsPerTransfer * factor,
      wireMsPerByte: timing.wireMsPerByte * factor,
      setAddressMs: timing.setAddressMs * factor,
      programMsPerByte: timing.programMsPerByte * factor,
      massEraseMs: timing.massEraseMs * factor,
      returnMs: timing.returnMs * factor,
    },
  };
}
