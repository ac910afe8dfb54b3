import { Fault } from '@flashline/contracts';
import { SerialPort } from 'serialport';
import { serialDevicesAt } from './ttys.ts';

/** Betaflight and its relatives reboot into the ROM bootloader on this character (`reboot_character`, io/serial.c). */
const REBOOT_CHARACTER = 'R';
/** On USB a baud rate means nothing, but the interface wants one. */
const BAUD_RATE = 115_200;
/** A port that another program holds, or a board that does not listen, must not hold us. */
const ASK_MS_MAX = 3_000;

/** The little of a serial port that is needed, so that tests can hold one. */
export interface AskedPort {
  open(callback: (error: Error | null) => void): void;
  write(text: string, callback: (error: Error | null | undefined) => void): unknown;
  drain(callback: (error: Error | null) => void): void;
  close(callback: (error: Error | null) => void): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** Opens nothing yet. `hupcl` off: dropping DTR on close resets some boards. */
function portAt(device: string): AskedPort {
  return new SerialPort({ path: device, baudRate: BAUD_RATE, autoOpen: false, hupcl: false });
}

/**
 * Asks the board that runs on this USB port to restart into its bootloader. Resolves when it has been asked; the bus shows what
 * came of it. Rejects with BOARD_SILENT when there is no serial port or it does not take the question, USB_BUSY and
 * USB_PERMISSION when it cannot be opened.
 */
export async function askIntoBootloader(path: string, open = portAt, root = '/'): Promise<void> {
  const [device] = await serialDevicesAt(path, root);
  if (device === undefined) throw new Fault('BOARD_SILENT', { path, reason: 'the board has no serial port' });
  const port = open(device);
  // Whatever goes wrong later also comes back through the callback that waits for it.
  port.on('error', () => {});
  await withinLimit(device, () => step((done) => port.open(done)));
  try {
    await withinLimit(device, async () => {
      await step((done) => port.write(REBOOT_CHARACTER, done));
      await step((done) => port.drain(done));
    });
  } finally {
    // A board that has obeyed is gone already, and so is its port.
    await step((done) => port.close(done)).catch(() => {});
  }
}

function step(start: (done: (error: Error | null | undefined) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}

async function withinLimit(device: string, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Fault('BOARD_SILENT', { device, limitMs: ASK_MS_MAX })), ASK_MS_MAX);
  });
  try {
    await Promise.race([work(), limit]);
  } catch (thrown) {
    throw thrown instanceof Fault ? thrown : faultOf(device, thrown);
  } finally {
    clearTimeout(timer);
  }
}

function faultOf(device: string, thrown: unknown): Fault {
  const reason = thrown instanceof Error ? thrown.message.slice(0, 200) : String(thrown);
  if (/permission denied|access denied/i.test(reason)) return new Fault('USB_PERMISSION', { device, reason });
  if (/lock|busy/i.test(reason)) return new Fault('USB_BUSY', { device, reason });
  return new Fault('BOARD_SILENT', { device, reason });
}
