import { LABEL_LENGTH_MAX, type SearchNote, SLOTS_MAX } from '@flashline/contracts';
import { plural, usbIdText } from './formats.ts';

/** Why the station would not keep slots with these labels, before anybody plugs boards for them; null when it would. */
export function labelsWords(labels: readonly string[]): string | null {
  if (labels.length > SLOTS_MAX) return `These are ${labels.length} slots, and a station has ${SLOTS_MAX} at most.`;
  const long = labels.find((label) => label.length > LABEL_LENGTH_MAX);
  return long === undefined ? null : `A label has ${LABEL_LENGTH_MAX} characters at most. Shorten ${long}`;
}

/** What to do with boards that were plugged in before anybody asked for their slots; null when there are none. */
export function unmovedWords(ports: readonly string[]): string | null {
  if (ports.length === 0) return null;
  const inOrder = ports.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).join(', ');
  return ports.length === 1
    ? `1 board is plugged in already, on port ${inOrder}. It answers for its slot only when you pull it and plug it in again.`
    : `${ports.length} boards are plugged in already, on ports ${inOrder}. They answer for their slots only when you pull them and plug them in again.`;
}

/** What is wrong with what was plugged in last; null when nothing is: the list says what was found. */
export function noteWords(note: SearchNote | null): string | null {
  switch (note?.kind) {
    case undefined:
    case 'found':
    case 'skipped':
      return null;
    case 'taken':
      return `Port ${note.path} is ${note.label} already. Plug the board into another slot, or go back.`;
    case 'several':
      return `${plural(note.paths.length, 'board')} appeared at once, on ports ${note.paths.join(', ')}. Pull them, then plug one in.`;
    case 'stranger': {
      const { path, vendorId, productId } = note.device;
      return `${usbIdText(vendorId, productId)} on port ${path} is no board in its bootloader. If it is a board, hold BOOT0 and plug it in again.`;
    }
    default:
      return note satisfies never;
  }
}
