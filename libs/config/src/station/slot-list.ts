import { firstSlotClash, SLOTS_MAX, SlotName, SlotPlace } from '@flashline/contracts';
import { z } from 'zod';
import { labelOf } from './label-pattern.ts';
import { portsOf } from './port-pattern.ts';

const { row: Row, column: Column } = SlotPlace.shape;

/** One line of the list, which names one slot or, by patterns, many. They stand in rows of `columns`, from `row` and `column` on. */
const Entry = z.strictObject({
  path: z.string().max(128),
  label: z.string().max(64),
  group: SlotName.shape.group,
  row: Row.optional(),
  column: Column.optional(),
  columns: Column.optional(),
});
type Entry = z.infer<typeof Entry>;

/** A slot, and the entry that it comes from. */
interface Listed {
  readonly at: number;
  readonly slot: SlotName;
}

/** What is wrong with an entry, and with which of its fields. */
interface Flaw {
  readonly at: number;
  readonly field: keyof Entry;
  readonly reason: string;
}

/** The slots of a station file, in its order. Refuses patterns that are none, and two slots of which nobody could say which is meant. */
export const SlotList = z
  .array(Entry)
  .max(SLOTS_MAX)
  .transform((entries, context): SlotName[] => {
    const listed: Listed[] = [];
    const refuse = ({ at, field, reason }: Flaw) => {
      context.addIssue({ code: 'custom', path: [at, field], message: reason });
      return z.NEVER;
    };
    for (const [at, entry] of entries.entries()) {
      const slots = slotsOf(entry);
      if ('reason' in slots) return refuse({ at, ...slots });
      listed.push(...slots.map((slot) => ({ at, slot })));
      if (listed.length > SLOTS_MAX)
        return refuse({ at, field: 'path', reason: `these are more than ${SLOTS_MAX} slots` });
    }
    const clash = clashIn(listed);
    return clash === null ? listed.map(({ slot }) => slot) : refuse(clash);
  });

function slotsOf(entry: Entry): readonly SlotName[] | Omit<Flaw, 'at'> {
  const paths = portsOf(entry.path);
  if (paths === null) return { field: 'path', reason: 'must be a port path such as 1-2.3, or many such as 1-2.[1-4]' };
  const slots: SlotName[] = [];
  for (const [index, path] of paths.entries()) {
    const place = placeOf(index, entry);
    const label = labelOf(entry.label, index + 1, place);
    if (label === null)
      return { field: 'label', reason: 'may hold {n}, the number of the slot, and with columns {row} and {column}' };
    const { group } = entry;
    const slot = SlotName.safeParse({ path, label, ...(group && { group }), ...(place && { place }) });
    if (!slot.success) return flawOf(slot.error, path);
    slots.push(slot.data);
  }
  return slots;
}

/** Where the slot stands, when its entry says anything of places; without `columns` all of its slots stand in one row. */
function placeOf(index: number, { row, column, columns }: Entry): SlotPlace | undefined {
  if (row === undefined && column === undefined && columns === undefined) return undefined;
  const perRow = columns ?? SLOTS_MAX;
  return { row: (row ?? 1) + Math.floor(index / perRow), column: (column ?? 1) + (index % perRow) };
}

const WRITTEN_AS = { path: 'path', label: 'label', place: 'columns' } as const;

function flawOf({ issues: [issue] }: z.ZodError, path: string): Omit<Flaw, 'at'> {
  const field = issue?.path[0] === 'place' ? 'columns' : issue?.path[0] === 'label' ? 'label' : 'path';
  return { field, reason: `${path}: ${issue?.message}` };
}

function clashIn(listed: readonly Listed[]): Flaw | null {
  const clash = firstSlotClash(listed.map(({ slot }) => slot));
  const second = clash === null ? undefined : listed[clash.at];
  return clash === null || second === undefined
    ? null
    : { at: second.at, field: WRITTEN_AS[clash.field], reason: clash.reason };
}
