import { Fault, type SlotName, type StationFile } from '@flashline/contracts';
import { type Document, isMap, isScalar, isSeq, parseDocument, type YAMLMap, YAMLSeq } from 'yaml';
import { parseYaml } from '../yaml-file.ts';
import { WrittenStation } from './station-file.ts';

/** One short line for each slot, however long the labels are. */
const AS_TEXT = { lineWidth: 0 } as const;

/** The text of a station file for a station that has none yet. */
export function newStationText(station: StationFile['station'], slots: readonly SlotName[]): string {
  return withSlots(`# flashline station --config with this file\nstation: ${station}\n`, slots, 'the new file');
}

/**
 * The text of a station file with these slots instead of its own, one line for each. Comments and all other fields stay; so does
 * the comment beside a slot that keeps its label. `file` only names it. Throws CONFIG_INVALID when the text is no station file, or
 * when a slot cannot be written into one.
 */
export function withSlots(text: string, slots: readonly SlotName[], file: string): string {
  parseYaml(text, WrittenStation, file);
  const document = parseDocument(text);
  const before = document.get('slots', true);
  const list = isSeq(before) ? before : new YAMLSeq();
  const lines = linesByLabel(list);
  list.items = slots.map((slot) => lineOf(document, slot, lines.get(slot.label)));
  list.flow = false;
  document.set('slots', list);
  const changed = document.toString(AS_TEXT);
  const { slots: read } = parseYaml(changed, WrittenStation, file);
  if (JSON.stringify(read) !== JSON.stringify(slots))
    throw new Fault('CONFIG_INVALID', {
      file,
      field: 'slots',
      reason: 'a label in braces cannot be kept in a station file',
    });
  return changed;
}

function linesByLabel(list: YAMLSeq): ReadonlyMap<string, YAMLMap> {
  const lines = new Map<string, YAMLMap>();
  for (const item of list.items) {
    const label = isMap(item) ? item.get('label', true) : undefined;
    if (isMap(item) && isScalar(label)) lines.set(String(label.value), item);
  }
  return lines;
}

function lineOf(document: Document, { path, label, group, place }: SlotName, before: YAMLMap | undefined): YAMLMap {
  const line = before ?? (document.createNode({}, { flow: true }) as YAMLMap);
  const fields = { path, label, group, row: place?.row, column: place?.column, columns: undefined };
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) line.delete(name);
    else line.set(name, value);
  }
  return line;
}
