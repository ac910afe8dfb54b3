/** How a serial port is to be opened. */
export interface OpenLine {
  /** Means nothing on USB, but to firmware that takes 1200 as a sign. */
  readonly baudRate: number;
  /** Takes what the board says, from the moment the port is open: it may be called before `open` has resolved. */
  readonly hear: (bytes: Uint8Array) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The opened serial port of a running board. DTR is up, as the system raises it when it opens a port. */
export interface SerialLine {
  /** What the system calls the port, as in `/dev/ttyACM3`. */
  readonly device: string;
  /** Aborted when the line is over: the board has left the bus, or the line was closed. */
  readonly ended: AbortSignal;
  /** Resolves when the system has taken the bytes, or the line is over. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when the board has been told, or the line is over. */
  setBaud(baudRate: number): Promise<void>;
  /** Drops DTR and RTS, as a hang-up does. Resolves when the board has been told, or the line is over. */
  hangUp(): Promise<void>;
  /** Lets the port go, also after errors. Never rejects. */
  close(): Promise<void>;
}

/** The serial ports of the boards on a bus, real or virtual. Only a board that runs its firmware has one. */
export interface SerialPorts {
  /**
   * Opens the serial port of the board on a USB port path such as `1-2.3`. Rejects with BOARD_SILENT when it has none or it does
   * not open, USB_BUSY when another program holds it, USB_PERMISSION when this user may not open it, USB_HOST when the system
   * does not offer it, and with the signal's reason.
   */
  open(path: string, how: OpenLine): Promise<SerialLine>;
}
