import { type PluggedDevice, type SearchNote, usbId } from '@flashline/contracts';

/** What a device is, in words that follow "is" or stand alone. */
export function deviceWords({
  mode,
  vendorId,
  productId,
}: Pick<PluggedDevice, 'mode' | 'vendorId' | 'productId'>): string {
  const id = usbId(vendorId, productId);
  switch (mode) {
    case 'dfu':
      return `board in its bootloader (${id})`;
    case 'application':
      return `board that runs its firmware (${id})`;
    case 'other':
      return `no board (${id})`;
    default:
      return mode satisfies never;
  }
}

/** What to do with boards that were plugged in before anybody asked for their slots. */
export function unmovedWords(ports: readonly string[]): string {
  return `Plugged in already: ${ports.join(', ')}. Pull each, and plug it in again when its slot is asked for.`;
}

/** What somebody who names slots is told about what has just happened. */
export function noteWords(note: SearchNote): string {
  switch (note.kind) {
    case 'found':
      return `${note.label} is port ${note.device.path}: ${deviceWords(note.device)}.`;
    case 'taken':
      return `Port ${note.path} is ${note.label} already. Plug the board into another slot, or type "back".`;
    case 'several':
      return `Several boards appeared at once (ports ${note.paths.join(', ')}). Pull them, then plug one in.`;
    case 'stranger':
      return `Port ${note.device.path}: ${deviceWords(note.device)}. If it is one, hold BOOT0 and plug it in again.`;
    case 'skipped':
      return `${note.label} is skipped.`;
    default:
      return note satisfies never;
  }
}

/** The question for the next slot. */
export function questionWords(label: string, at: number, of: number): string {
  return `[${at + 1}/${of}] Plug a board into the slot you call ${label}. ("skip", "back"; Ctrl-C ends without writing)`;
}
