import { type ExpectedBoard, Fault, layoutText, usbId } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { workDirect } from '@flashline/worker';
import type { ChosenBoards } from './board-choice.ts';

/** What a board that is in its bootloader must be to be flashed. */
export type KindFor = (device: BusDevice) => ExpectedBoard;

/**
 * One image is for one kind of board. Several kinds in their bootloaders are refused before anything is done to any of them (USAGE):
 * a person says which. Boards that come up later must be of the kind of those, and are left as they are when they are not
 * (WRONG_BOARD). Where none was in its bootloader, none speaks for the others: each is judged by its own memory and by what the image
 * says that it is for.
 */
export async function oneKind(boards: ChosenBoards): Promise<KindFor> {
  const kind = boards.devices.length === 1 ? null : await kindOfThoseThere(boards);
  return (device) => kind ?? { ...idsOf(device), layout: null };
}

/** Null when no board is in its bootloader yet, or none of those can be asked: it will say why when it is flashed. */
async function kindOfThoseThere(boards: ChosenBoards): Promise<ExpectedBoard | null> {
  const devices = boards.devices.filter(({ mode }) => mode === 'dfu');
  const [first] = devices;
  if (first === undefined) return null;
  const ids = new Set(devices.map(({ vendorId, productId }) => usbId(vendorId, productId)));
  const layouts = await layoutsOf({ ...boards, devices });
  if (ids.size > 1 || layouts.size > 1) {
    const reason = 'boards of several kinds: choose those of one with --slot';
    throw new Fault('USAGE', { reason, ids: [...ids].join(' '), layouts: [...layouts].join(' ') });
  }
  const [layout] = layouts;
  return layout === undefined ? null : { ...idsOf(first), layout };
}

/** What the boards say of their flash: all ST ROMs have one USB id. */
async function layoutsOf({ bus, parts, devices, signal }: ChosenBoards): Promise<Set<string>> {
  const work = { bus: bus.choice, parts, devices, signal, board: null, onProgress: () => {} };
  const reports = await workDirect({ ...work, job: { kind: 'inspect' } });
  return new Set(reports.flatMap(({ facts }) => (facts?.board.layout ? [layoutText(facts.board.layout)] : [])));
}

function idsOf({ vendorId, productId }: BusDevice): Omit<ExpectedBoard, 'layout'> {
  return { vendorId, productId, bcdDevice: null };
}
