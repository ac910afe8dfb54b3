import { Fault, type SlotName, type StationFile } from '@flashline/contracts';
import { type Document, isMap, isSeq, parseDocument, type YAMLMap, YAMLSeq } from 'yaml';
import { parseYaml } from '../yaml-file.ts';
import { deleteField, keepComments } from './line-comments.ts';
import { SlotLine } from './slot-list.ts';
import { WrittenStation } from './station-file.ts';

/** One short line for each slot, however long the labels are. */
const AS_TEXT = { lineWidth: 0 } as const;

/** The text of a station file for a station that has none yet. */
export function newStationText(station: StationFile['station'], slots: readonly SlotName[]): string {
  return textWith(`# flashline station --config with this file\nstation: ${station}\n`, slots, 'the new file');
}

/**
 * The text of a station file with these slots instead of its own, one line for each; a line that names many by a pattern stays while
 * they are as it says. Comments and all other fields stay. `file` only names it. Throws CONFIG_INVALID when the text is no station
 * file, or when a slot cannot be written into one.
 */
export function withSlots(text: string, slots: readonly SlotName[], file: string): string {
  parseYaml(text, WrittenStation, file);
  return textWith(text, slots, file);
}

function textWith(text: string, slots: readonly SlotName[], file: string): string {
  const document = parseDocument(text);
  const before = document.get('slots', true);
  const list = isSeq(before) ? before : new YAMLSeq();
  const old = linesIn(list);
  const { lines, heirs } = linesFor(document, slots, old);
  keepComments(
    list,
    old.map(({ node }) => node),
    heirs,
  );
  list.items = lines;
  list.flow = false;
  document.set('slots', list);
  const changed = document.toString(AS_TEXT);
  const { slots: read } = parseYaml(changed, WrittenStation, file);
  if (!isSame(read, slots))
    throw new Fault('CONFIG_INVALID', {
      file,
      field: 'slots',
      reason: 'a label in braces cannot be kept in a station file',
    });
  return changed;
}

/** A line of the list, and the slots that it names. */
interface Line {
  readonly node: YAMLMap;
  readonly names: readonly SlotName[];
}

function linesIn(list: YAMLSeq): readonly Line[] {
  return list.items
    .filter((item) => isMap(item))
    .map((node) => ({ node, names: SlotLine.safeParse(node.toJSON()).data ?? [] }));
}

/** The new lines, and the first of them that comes from each old one. */
interface NewLines {
  readonly lines: YAMLMap[];
  readonly heirs: Map<YAMLMap, YAMLMap>;
}

function linesFor(document: Document, slots: readonly SlotName[], before: readonly Line[]): NewLines {
  const lines: YAMLMap[] = [];
  const heirs = new Map<YAMLMap, YAMLMap>();
  for (let at = 0; at < slots.length; ) {
    const rest = slots.slice(at);
    const whole = before.find(({ names }) => names.length > 1 && isSame(names, rest.slice(0, names.length)));
    const [slot] = rest;
    if (slot === undefined) break;
    const old = whole ?? before.find(({ names }) => names.some(({ label }) => label === slot.label));
    const line = whole?.node ?? lineFor(document, slot, old);
    if (old !== undefined && !heirs.has(old.node)) heirs.set(old.node, line);
    lines.push(line);
    at += whole?.names.length ?? 1;
  }
  return { lines, heirs };
}

/** The line of one slot: the old one when that named no other. */
function lineFor(document: Document, { path, label, group, place }: SlotName, old: Line | undefined): YAMLMap {
  const line = old?.names.length === 1 ? old.node : (document.createNode({}, { flow: true }) as YAMLMap);
  const fields = { path, label, group, row: place?.row, column: place?.column, columns: undefined };
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) deleteField(line, name);
    else line.set(name, value);
  }
  return line;
}

function isSame(some: readonly SlotName[] = [], others: readonly SlotName[]): boolean {
  return textOf(some) === textOf(others);
}

/** The same for the same slots, in whatever order their fields are. */
function textOf(slots: readonly SlotName[]): string {
  return JSON.stringify(slots.map(({ path, label, group, place }) => [path, label, group, place?.row, place?.column]));
}
