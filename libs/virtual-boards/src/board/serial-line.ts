/** How a serial port is to be opened. */
export interface OpenLine {
  readonly baudRate: number;
  /** Takes what the board says, possibly before `open` has resolved. */
  readonly hear: (bytes: Uint8Array) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The opened serial port of a board that runs its firmware: in the shape that `libs/serial` talks to. */
export interface SerialLine {
  readonly device: string;
  /** Aborted when the board has left the bus, or the line was closed. */
  readonly ended: AbortSignal;
  write(bytes: Uint8Array): Promise<void>;
  setBaud(baudRate: number): Promise<void>;
  /** Drops DTR and RTS. */
  hangUp(): Promise<void>;
  close(): Promise<void>;
}

/** The serial ports of a bench: in the shape that `libs/serial` talks to. */
export interface SerialPorts {
  /** Rejects with BOARD_SILENT when no board runs its firmware there, USB_BUSY when its port is open already. */
  open(path: string, how: OpenLine): Promise<SerialLine>;
}
