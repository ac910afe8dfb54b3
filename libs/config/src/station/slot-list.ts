import { firstSlotClash, SLOTS_MAX, SlotName, SlotPlace } from '@flashline/contracts';
import { z } from 'zod';
import { plainWords } from '../problems/plain-words.ts';
import { labelOf } from './label-pattern.ts';
import { portsOf } from './port-pattern.ts';

const { row: Row, column: Column } = SlotPlace.shape;

/** One line of the list, which names one slot or, by patterns, many. They stand in rows of `columns`, from `row` and `column` on. */
const Line = z.strictObject({
  path: z.string().max(128),
  label: z.string().max(64),
  group: SlotName.shape.group,
  row: Row.optional(),
  column: Column.optional(),
  columns: Column.optional(),
});
type Line = z.infer<typeof Line>;

/** What is wrong with a line, and with which of its fields. */
interface Flaw {
  readonly field: keyof Line;
  readonly reason: string;
}

/** The slots that one line names. Refuses patterns that are none. */
export const SlotLine = Line.transform((line, context): readonly SlotName[] => {
  const slots = slotsOf(line);
  if (!('reason' in slots)) return slots;
  context.addIssue({ code: 'custom', path: [slots.field], message: slots.reason });
  return z.NEVER;
});

/** What is wrong with the line `at`. */
interface ListFlaw extends Flaw {
  readonly at: number;
}

/** A slot, and the line that it comes from. */
interface Listed {
  readonly at: number;
  readonly slot: SlotName;
}

const NO_SLOTS = 'so no port would be a slot: list ports here, or delete "slots", and every port counts';

/**
 * The slots of a station file, in its order. Refuses lines that are none, and slots of which nobody could say which one is meant:
 * everything that is wrong, at once.
 */
export const SlotList = z
  .array(z.unknown())
  .min(1, { error: NO_SLOTS })
  .max(SLOTS_MAX)
  .transform((lines, context): SlotName[] => {
    const listed: Listed[] = [];
    for (const [at, line] of lines.entries()) {
      const { data = [], error } = SlotLine.safeParse(line, { error: plainWords });
      for (const issue of error?.issues ?? [])
        context.issues.push({ ...issue, path: [at, ...issue.path], input: line } as z.core.$ZodRawIssue);
      listed.push(...data.map((slot) => ({ at, slot })));
    }
    for (const { at, field, reason } of [...tooMany(listed), ...clashesIn(listed.slice(0, SLOTS_MAX))])
      context.addIssue({ code: 'custom', path: [at, field], message: reason });
    return listed.map(({ slot }) => slot);
  });

function tooMany({ [SLOTS_MAX]: first }: readonly Listed[]): readonly ListFlaw[] {
  return first === undefined ? [] : [{ at: first.at, field: 'path', reason: `these are more than ${SLOTS_MAX} slots` }];
}

const WRITTEN_AS = { path: 'path', label: 'label', place: 'columns' } as const;

/** One for each line: two lines that name the same ports share more than one. */
function clashesIn(listed: readonly Listed[]): readonly ListFlaw[] {
  const clash = firstSlotClash(listed.map(({ slot }) => slot));
  const second = clash === null ? undefined : listed[clash.at];
  if (clash === null || second === undefined) return [];
  const { at } = second;
  const others = listed.filter((one, index) => index < clash.at || one.at !== at);
  return [{ at, field: WRITTEN_AS[clash.field], reason: clash.reason }, ...clashesIn(others)];
}

function slotsOf(line: Line): readonly SlotName[] | Flaw {
  const paths = portsOf(line.path);
  if (paths === null)
    return { field: 'path', reason: `is "${line.path}", must be a port path such as 1-2.3, or many such as 1-2.[1-4]` };
  const slots: SlotName[] = [];
  for (const [index, path] of paths.entries()) {
    const place = placeOf(index, line);
    const label = labelOf(line.label, index + 1, place);
    if (label === null)
      return { field: 'label', reason: 'may hold {n}, the number of the slot, and with columns {row} and {column}' };
    const { group } = line;
    const slot = SlotName.safeParse(
      { path, label, ...(group && { group }), ...(place && { place }) },
      { error: plainWords },
    );
    if (!slot.success) return flawOf(slot.error, { path, label, place });
    slots.push(slot.data);
  }
  return slots;
}

/** Where the slot stands, when its line says anything of places; without `columns` all of its slots stand in one row. */
function placeOf(index: number, { row, column, columns }: Line): SlotPlace | undefined {
  if (row === undefined && column === undefined && columns === undefined) return undefined;
  const perRow = columns ?? SLOTS_MAX;
  return { row: (row ?? 1) + Math.floor(index / perRow), column: (column ?? 1) + (index % perRow) };
}

function flawOf({ issues: [issue] }: z.ZodError, slot: Pick<SlotName, 'path' | 'label' | 'place'>): Flaw {
  const [name, axis] = issue?.path ?? [];
  const message = issue?.message ?? '';
  if (name === 'place') {
    const at = axis === 'row' ? slot.place?.row : slot.place?.column;
    return { field: 'columns', reason: `port ${slot.path} stands in ${String(axis)} ${at}, which ${message}` };
  }
  const field = name === 'label' ? 'label' : 'path';
  return { field, reason: `is "${slot[field]}", ${message}` };
}
