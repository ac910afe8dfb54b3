import { type Clock, systemClock, TransferError } from '@flashline/dfuse';
import {
  benchSlots,
  F303,
  F405,
  F405_LYING,
  L072,
  PARTS,
  type PartSpec,
  VirtualBench,
} from '@flashline/virtual-boards';
import { firmwareBytes } from '../../engine/rig.ts';
import { flashTimed } from '../flash-run.ts';
import { inLanes } from '../lanes.ts';
import { flashOf, imageFor, stretchFor } from '../parts/bench-image.ts';
import { REAL_DFU_UTIL } from '../promises.ts';
import type { Section } from '../report.ts';
import { table } from '../table.ts';
import { Replay } from './replay.ts';
import { TOOLS, type ToolHabits } from './tools.ts';

const LANES = 6;
const SUBJECTS = [F405, F405_LYING, F303, ...PARTS.filter(({ name }) => name === 'G474'), L072];

/** How one engine did on one board. */
interface Result {
  readonly tool: string;
  readonly part: PartSpec;
  readonly seconds: number;
  readonly transfers: number;
  readonly proves: boolean;
  /** Why it did not get to the end; null when it did and the board holds the image. */
  readonly gaveUp: string | null;
}

/** Flashes the same used boards with our engine and as other tools do, in real time. */
export async function measureOthers(): Promise<Section> {
  const clock = systemClock();
  const bench = new VirtualBench({ clock });
  const slots = benchSlots(SUBJECTS.length * (TOOLS.length + 1)).map(({ path }) => path);
  const tries = SUBJECTS.flatMap((part) => [null, ...TOOLS].map((tool) => ({ part, tool })));
  for (const [n, { part }] of tries.entries()) bench.plug(slots[n] ?? '', { part: part.name, contents: 'used' });
  const results = await inLanes(
    LANES,
    tries.map(({ part, tool }, n) => () => {
      const place = { bench, clock, slot: slots[n] ?? '' };
      return tool === null ? ours(place, part) : replayed(place, part, tool);
    }),
  );
  await bench.close();
  return { title: 'Against other tools', says: SAYS, table: table(HEAD, results.map(rowOf)), notes: NOTES, missed: [] };
}

interface Place {
  readonly bench: VirtualBench;
  readonly clock: Clock;
  readonly slot: string;
}

async function ours(place: Place, part: PartSpec): Promise<Result> {
  const cost = await flashTimed(place, place.slot, { part, image: imageFor(stretchFor(part)) });
  return { tool: 'flashline', part, ...cost, proves: true, gaveUp: null };
}

async function replayed({ bench, clock, slot }: Place, part: PartSpec, tool: ToolHabits): Promise<Result> {
  const { address, bytes } = stretchFor(part);
  const data = firmwareBytes(bytes, 0, address);
  const { memory } = bench.board(slot);
  const beganMs = clock.now();
  const replay = new Replay(await bench.open(slot), clock, tool);
  let gaveUp: string | null = null;
  try {
    await replay.run({ address, data, sectors: flashOf(part) });
    if (Buffer.compare(memory.read(address, bytes), data) !== 0) gaveUp = 'the board holds something else';
  } catch (thrown) {
    if (!(thrown instanceof TransferError)) throw thrown;
    gaveUp = `gives up: ${thrown.trouble}`;
  }
  const seconds = (clock.now() - beganMs) / 1000;
  return { tool: tool.name, part, seconds, transfers: replay.transfers, proves: tool.readsBack, gaveUp };
}

const HEAD = ['part', 'engine', 's', 'transfers', 'reads back', 'the real tool, measured elsewhere'];

function rowOf({ tool, part, seconds, transfers, proves, gaveUp }: Result): string[] {
  const end = gaveUp ?? (proves ? 'every byte' : 'nothing');
  return [part.name, tool, gaveUp === null ? seconds.toFixed(2) : '-', String(transfers), end, elsewhere(tool, part)];
}

function elsewhere(tool: string, part: PartSpec): string {
  const real = tool === 'dfu-util 0.11' ? REAL_DFU_UTIL[part.name] : undefined;
  if (real === undefined) return '';
  return `${real.seconds} s${real.transfers === undefined ? '' : `, ${real.transfers} transfers`}`;
}

const SAYS = [
  'Used boards, the same image, the same virtual boards in real time. The rows of other tools are replays: the requests that their',
  'source sends, in its order, with its waits (`test/bench/others/tools.ts`), and none of their own time. They are not the tools.',
];

const NOTES = [
  'The real dfu-util ran on a real kernel under emulation, where each transfer costs about 3 ms of processor on top; its transfers are those of the replay.',
  'Without the SET_INTERFACE that some tools send, and without the option-byte probe of Betaflight (about 13 transfers).',
  'pydfu asks at once: parts with the small USB device (F303, G474, L072) stall that, and it ends with "Pipe error".',
  'Of an F303 and an L072 the image fills all flash. flashline may use the mass erase then, and does on the F303.',
];
