import type { FaultSpec } from './fault-spec.ts';

/** Faults that end an attempt: the board's, the station's, the order's, a person's. */
export const ATTEMPT_FAULTS = {
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
  FLASH_NOT_BLANK: {
    says: 'The board holds something else where the image goes, and the recipe forbids to erase.',
    blames: 'board',
    do: 'Put it aside: it is not a new board. Rework it with a recipe that erases.',
    retry: false,
  },
  UNPROTECT_FAILED: {
    says: 'The read protection of the board could not be removed.',
    blames: 'board',
    do: 'Pull the board, wait a second, plug it in again with BOOT0 held. If it happens twice, put it aside.',
    retry: true,
  },
  LOCK_FAILED: {
    says: 'The option bytes or the one-time programmable memory do not hold what the recipe writes.',
    blames: 'board',
    do: 'Put it aside and show the details to an engineer: it may be half locked.',
    retry: false,
  },
  LEAVE_REFUSED: {
    says: 'The board was programmed and proven, but it would not leave the bootloader.',
    blames: 'board',
    do: 'Check that the BOOT0 jumper or button is released, then plug the board in again.',
    retry: true,
  },
  APPLICATION_SILENT: {
    says: 'The board was programmed and proven, but its firmware did not come up, or did not answer, in time.',
    blames: 'board',
    do: 'Plug the board in again and see whether it runs. If it happens twice, put it aside.',
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
    do: 'Run "flashline doctor": it says what is missing. Linux: the udev rule and a new login. Windows: WinUSB, with Zadig.',
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
  PRESERVED_ELSEWHERE: {
    says: 'What the recipe preserves is gone from this board, and the station holds a copy that may be its own.',
    blames: 'station',
    do: 'Put the board aside. An engineer writes the copy back from the folder "preserved" of the station.',
    retry: false,
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

  BOOTLOADER_NOT_ENTERED: {
    says: 'The board runs its firmware and did not restart into its bootloader when it was asked.',
    blames: 'order',
    do: 'Hold BOOT0 while you plug the board in; then it need not be asked. If many do it, the recipe asks in the wrong way.',
    retry: true,
  },
  APPLICATION_WRONG: {
    says: 'The board was programmed and proven, but what came up is not the firmware that the recipe expects.',
    blames: 'order',
    do: 'Stop the order and compare image and recipe: one of them is for another product or version.',
    retry: false,
  },
  RECIPE_REFUSED: {
    says: 'The recipe asks for something that this board cannot do, or that has to be allowed expressly.',
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
} as const satisfies Record<string, FaultSpec>;
