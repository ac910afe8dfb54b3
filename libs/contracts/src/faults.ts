/** Who or what a fault blames. It decides the outcome: yield counts boards, so a station's trouble must never look like theirs. */
export type Blame = 'board' | 'station' | 'order' | 'person' | 'request';

/** One row of the fault catalogue: what happened, whom it blames, what the person in front of it does. */
export interface FaultSpec {
  readonly says: string;
  readonly blames: Blame;
  readonly do: string;
  /** True when the same thing may succeed if it is simply done again. */
  readonly retry: boolean;
}

/** Every fault the product can name. `docs/faults.md` is kept equal to this table by a test. */
export const FAULTS = {
  // The board is bad, or came loose.
  BOARD_GONE: {
    says: 'The board disappeared from USB while it was being worked on.',
    blames: 'board',
    do: 'Check the cable and the seat of the board, then plug it in again.',
    retry: true,
  },
  BOARD_SILENT: {
    says: 'The board stopped answering.',
    blames: 'board',
    do: 'Pull the board, wait a second, plug it in again. If it stays silent, put it aside.',
    retry: true,
  },
  BOARD_STALLED: {
    says: 'The board refused a USB request that it must accept.',
    blames: 'board',
    do: 'Pull the board and plug it in again. If it happens twice, put it aside.',
    retry: true,
  },
  BOARD_GARBLED: {
    says: 'The board gave an answer that makes no sense.',
    blames: 'board',
    do: 'Pull the board and plug it in again. If it happens twice, try another slot.',
    retry: true,
  },
  BOARD_SLOW: {
    says: 'The board did not finish a phase within its deadline.',
    blames: 'board',
    do: 'Pull the board and plug it in again. If it happens twice, put it aside.',
    retry: true,
  },
  BOARD_READ_PROTECTED: {
    says: 'The board is read-protected, so nothing can be proven about it.',
    blames: 'board',
    do: 'Put it aside for rework: removing the protection erases the whole chip.',
    retry: false,
  },
  MEMORY_MAP_UNREADABLE: {
    says: 'The board describes its memory in a way that makes no sense.',
    blames: 'board',
    do: 'Put it aside and show the details to an engineer.',
    retry: false,
  },
  ERASE_REFUSED: {
    says: 'The board refused to erase a sector.',
    blames: 'board',
    do: 'Put it aside: the sector may be worn out or write-protected.',
    retry: false,
  },
  WRITE_REFUSED: {
    says: 'The board refused to program a block.',
    blames: 'board',
    do: 'Put it aside: the flash may be worn out or write-protected.',
    retry: false,
  },
  READ_REFUSED: {
    says: 'The board refused to be read back.',
    blames: 'board',
    do: 'Put it aside: it may be read-protected.',
    retry: false,
  },
  VERIFY_MISMATCH: {
    says: 'What was read back is not what was written.',
    blames: 'board',
    do: 'Put it aside. If several boards of one slot do this, check the cable of the slot.',
    retry: true,
  },
  LEAVE_REFUSED: {
    says: 'The board was programmed and proven, but it would not leave the bootloader.',
    blames: 'board',
    do: 'Check that the BOOT0 jumper or button is released, then plug the board in again.',
    retry: true,
  },

  // The station or its computer is in trouble; the board may be fine.
  HOST_CRASHED: {
    says: 'The process that talks to this USB port died.',
    blames: 'station',
    do: 'Plug the board in again. The station has already started a new process.',
    retry: true,
  },
  HOST_HUNG: {
    says: 'The process that talks to this USB port stopped answering and was ended.',
    blames: 'station',
    do: 'Plug the board in again. If it comes back, restart the computer.',
    retry: true,
  },
  STATION_RESTARTED: {
    says: 'The station stopped while this board was being worked on.',
    blames: 'station',
    do: 'Plug the board in again: nothing is flashed again by itself.',
    retry: true,
  },
  SEATING_ENDED: {
    says: 'The board this job was meant for is no longer in the slot.',
    blames: 'station',
    do: 'Plug the board in again.',
    retry: true,
  },
  SLOT_BUSY: {
    says: 'The slot is already working on a board.',
    blames: 'station',
    do: 'Wait until the slot has finished.',
    retry: true,
  },
  USB_PERMISSION: {
    says: 'This computer does not let the station open the board.',
    blames: 'station',
    do: 'Linux: install the udev rule (README, "Real boards") and log in again. Windows: bind WinUSB with Zadig.',
    retry: true,
  },
  USB_BUSY: {
    says: 'Another program holds the board.',
    blames: 'station',
    do: 'Close other flashing tools and serial monitors, then plug the board in again.',
    retry: true,
  },
  USB_HOST: {
    says: 'The USB system of this computer failed.',
    blames: 'station',
    do: 'Plug the board in again. If it comes back, restart the computer.',
    retry: true,
  },
  IMAGE_UNAVAILABLE: {
    says: 'The image of this order could not be fetched, or is not the one that was approved.',
    blames: 'station',
    do: 'Upload the image again and create a new work order with it.',
    retry: true,
  },
  RECORD_FAILED: {
    says: 'The result could not be recorded, so it does not count.',
    blames: 'station',
    do: 'Stop the line: check the disk of the station.',
    retry: false,
  },
  STATION_BUG: {
    says: 'The station met a situation its makers did not foresee.',
    blames: 'station',
    do: 'Plug the board in again and report the details to the makers.',
    retry: true,
  },

  // The order asks for something this board cannot do.
  WRONG_BOARD: {
    says: 'The board in the slot is not the part that the order is for.',
    blames: 'order',
    do: 'Take the board out; check the order and the box the board came from.',
    retry: false,
  },
  IMAGE_DOES_NOT_FIT: {
    says: 'The image does not fit the memory of the board.',
    blames: 'order',
    do: 'Stop the order and show the details to an engineer.',
    retry: false,
  },

  // A person stopped it.
  CANCELLED: {
    says: 'A person stopped the attempt.',
    blames: 'person',
    do: 'Plug the board in again when the line goes on. It is not safe to ship as it is.',
    retry: true,
  },

  // Bad input, at the command line or over HTTP. Nothing was changed.
  USAGE: {
    says: 'The command line was not understood.',
    blames: 'request',
    do: 'Run the command again with --help.',
    retry: false,
  },
  CONFIG_INVALID: {
    says: 'The configuration is not valid.',
    blames: 'request',
    do: 'Correct the field that is named and start again.',
    retry: false,
  },
  NODE_TOO_OLD: {
    says: 'This version of Node.js is too old.',
    blames: 'request',
    do: 'Run "npm install" in the clone: it brings the right one.',
    retry: false,
  },
  PORT_TAKEN: {
    says: 'The network port is used by another program.',
    blames: 'request',
    do: 'Stop the other program, or choose another port with --port.',
    retry: false,
  },
  ADDRESS_UNAVAILABLE: {
    says: 'The station cannot listen on this address.',
    blames: 'request',
    do: 'Choose an address of this computer with --host.',
    retry: false,
  },
  DATA_NOT_WRITABLE: {
    says: 'The data folder cannot be written.',
    blames: 'request',
    do: 'Give the user of the station write permission, or choose another folder with --data.',
    retry: false,
  },
  DATA_IN_USE: {
    says: 'The data folder belongs to a running station.',
    blames: 'request',
    do: 'Stop the other station, or choose another folder with --data.',
    retry: false,
  },
  DATA_DAMAGED: {
    says: 'The database is damaged or is not a flashline database.',
    blames: 'request',
    do: 'Keep the file, restore the last backup, and run "flashline ledger verify".',
    retry: false,
  },
  MIGRATION_REFUSED: {
    says: 'The database does not match the migrations of this version.',
    blames: 'request',
    do: 'Use the version of flashline that last wrote it, or a newer one.',
    retry: false,
  },
  QUEUE_UNREACHABLE: {
    says: 'The queue does not answer.',
    blames: 'request',
    do: 'Check that Redis runs and that the address given with --redis is right.',
    retry: true,
  },
  COORDINATOR_UNREACHABLE: {
    says: 'The coordinator does not answer.',
    blames: 'request',
    do: 'Check that it runs and that the address is right.',
    retry: true,
  },
  NO_BOARDS: {
    says: 'There is no board to work on.',
    blames: 'request',
    do: 'Plug a board in bootloader mode into a slot; "flashline list" shows what is seen.',
    retry: true,
  },
  SLOT_UNKNOWN: {
    says: 'There is no such slot, or no board in it.',
    blames: 'request',
    do: 'Run "flashline list" to see the slots.',
    retry: false,
  },
  SLOT_AMBIGUOUS: {
    says: 'Several boards are plugged in and none was chosen.',
    blames: 'request',
    do: 'Name the slots with --slot, or flash every board with --all.',
    retry: false,
  },
  FILE_UNREADABLE: {
    says: 'The file cannot be read.',
    blames: 'request',
    do: 'Check the path and the permissions.',
    retry: false,
  },
  IMAGE_EMPTY: {
    says: 'The image holds no bytes.',
    blames: 'request',
    do: 'Build or export the image again.',
    retry: false,
  },
  IMAGE_TOO_LARGE: {
    says: 'The image is larger than the station accepts.',
    blames: 'request',
    do: 'Check that this is a firmware image.',
    retry: false,
  },
  IMAGE_TRUNCATED: {
    says: 'The image ends too early.',
    blames: 'request',
    do: 'Copy or download the file again.',
    retry: false,
  },
  IMAGE_MALFORMED: {
    says: 'The image is not well-formed.',
    blames: 'request',
    do: 'Build or export the image again.',
    retry: false,
  },
  IMAGE_CHECKSUM: {
    says: 'A checksum inside the image does not match its bytes.',
    blames: 'request',
    do: 'Copy or download the file again.',
    retry: false,
  },
  IMAGE_OVERLAP: {
    says: 'Two parts of the image claim the same addresses.',
    blames: 'request',
    do: 'Build or export the image again.',
    retry: false,
  },
  IMAGE_ADDRESS_NEEDED: {
    says: 'A raw binary does not say where it belongs.',
    blames: 'request',
    do: 'Give its address, for example --address 0x08000000.',
    retry: false,
  },
  IMAGE_ADDRESS_INVALID: {
    says: 'The address of the image is not valid.',
    blames: 'request',
    do: 'Give an address between 0x00000000 and 0xffffffff; only raw binaries take one.',
    retry: false,
  },
  REQUEST_INVALID: {
    says: 'The request was not understood.',
    blames: 'request',
    do: 'Correct the fields that are named; /api/v1/openapi.json describes them.',
    retry: false,
  },
  REQUEST_TOO_LARGE: {
    says: 'The request is larger than the station accepts.',
    blames: 'request',
    do: 'Send less.',
    retry: false,
  },
  REQUEST_FORBIDDEN: {
    says: 'The request comes from another site or names another host.',
    blames: 'request',
    do: 'Open the station by the address it printed, or allow the name with --allow-host.',
    retry: false,
  },
  NOT_FOUND: {
    says: 'There is nothing here by that name.',
    blames: 'request',
    do: 'Check the address.',
    retry: false,
  },
  ORDER_EXISTS: {
    says: 'There is another work order with this id.',
    blames: 'request',
    do: 'Choose another id, or send exactly the same order again.',
    retry: false,
  },
  ORDER_STATE: {
    says: 'The work order is not in a state that allows this.',
    blames: 'request',
    do: 'Read the order to see its state.',
    retry: false,
  },
  ORDER_OTHER_ACTIVE: {
    says: 'Another work order is active.',
    blames: 'request',
    do: 'Pause or close it first: a station makes one order at a time.',
    retry: false,
  },
  SIMULATION_MIXED: {
    says: 'A virtual board cannot count for a real order, nor a real board for a simulated one.',
    blames: 'request',
    do: 'Create an order of the right kind for these boards.',
    retry: false,
  },
  INTERNAL: {
    says: 'The station failed to answer.',
    blames: 'request',
    do: 'Try again; if it stays, report the id with the station log.',
    retry: true,
  },
} as const satisfies Record<string, FaultSpec>;

export type FaultCode = keyof typeof FAULTS;

/** Every fault code, in the order of the catalogue. */
export const FAULT_CODES = Object.keys(FAULTS) as [FaultCode, ...FaultCode[]];

/** Small facts about one occurrence: an address, a block, a file name. Never pre-formatted prose. */
export type FaultDetails = Readonly<Record<string, string | number | boolean | null>>;

/** The one error class of the product: a code from the catalogue, and the facts of this occurrence. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly details: FaultDetails;

  constructor(code: FaultCode, details: FaultDetails = {}, options?: ErrorOptions) {
    super(`${FAULTS[code].says} (${code})`, options);
    this.name = 'Fault';
    this.code = code;
    this.details = details;
  }
}

/** What was thrown, as a fault; anything unforeseen becomes `otherwise` with its text as a detail. */
export function asFault(thrown: unknown, otherwise: FaultCode = 'STATION_BUG'): Fault {
  if (thrown instanceof Fault) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new Fault(otherwise, { reason: text.slice(0, 500) }, { cause: thrown });
}
