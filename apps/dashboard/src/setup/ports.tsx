import type { OtherDevice, Slot, SlotName, StationSetup } from '@flashline/contracts';
import type { ReadonlySignal } from '@preact/signals';
import { faceNow } from '../bench/shown-slots.ts';
import { bench } from '../live/this-bench.ts';
import { Mark } from '../parts/mark.tsx';
import { otherWords } from '../words/other-words.ts';

/** The slots of a station with what each shows now, in the order of its file; without names, every port that became one. */
export function SlotPorts({ setup }: { setup: StationSetup }) {
  const live = bench.slots.value.filter((slot) => slot.peek().station === setup.station);
  const onPort = new Map(live.map((slot) => [slot.peek().slot, slot]));
  const names = setup.slots ?? live.map(({ value: { slot, label } }): SlotName => ({ path: slot, label }));
  return (
    <>
      {setup.slots === null && <Unnamed keepsNames={setup.keepsNames} />}
      {names.length > 0 && <SlotTable names={names} onPort={onPort} />}
    </>
  );
}

function Unnamed({ keepsNames }: Pick<StationSetup, 'keepsNames'>) {
  return (
    <p>
      The slots have no names: every port on which a board in its bootloader appears becomes one.
      {!keepsNames && (
        <>
          {' '}
          To name them, run <code>flashline slots name</code> on the computer of the station.
        </>
      )}
    </p>
  );
}

interface SlotTableProps {
  readonly names: readonly SlotName[];
  readonly onPort: ReadonlyMap<string, ReadonlySignal<Slot>>;
}

function SlotTable({ names, onPort }: SlotTableProps) {
  const hasGroups = names.some(({ group }) => group !== undefined);
  const hasPlaces = names.some(({ place }) => place !== undefined);
  return (
    <div class="table-frame">
      <table class="plain slot-ports">
        <caption>Slots</caption>
        <thead>
          <tr>
            <th scope="col">Label</th>
            <th scope="col">USB port</th>
            <th scope="col">Now</th>
            {hasGroups && <th scope="col">Group</th>}
            {hasPlaces && (
              <>
                <th scope="col" class="number">
                  Row
                </th>
                <th scope="col" class="number">
                  Column
                </th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {names.map(({ path, label, group, place }) => (
            <tr key={path}>
              <th scope="row">{label}</th>
              <td class="code">{path}</td>
              <td>
                <Now slot={onPort.get(path)} />
              </td>
              {hasGroups && <td>{group ?? ''}</td>}
              {hasPlaces && (
                <>
                  <td class="number">{place?.row}</td>
                  <td class="number">{place?.column}</td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** In a part of its own, so that progress renders one cell. */
function Now({ slot }: { slot: ReadonlySignal<Slot> | undefined }) {
  if (slot === undefined) return <>Not heard of yet</>;
  const { tone, word, percent } = faceNow(slot.value);
  return (
    <span class="outcome" data-tone={tone}>
      <Mark tone={tone} />
      {word}
      {percent !== null && ` ${percent} %`}
    </span>
  );
}

/** What sits on ports that are no slots. */
export function OtherPorts({ others }: { others: readonly OtherDevice[] }) {
  if (others.length === 0) return null;
  return (
    <div class="table-frame">
      <table class="plain">
        <caption>Not slots of this station</caption>
        <thead>
          <tr>
            <th scope="col">USB port</th>
            <th scope="col">Device</th>
          </tr>
        </thead>
        <tbody>
          {others.map((device) => (
            <tr key={device.path}>
              <th scope="row" class="code">
                {device.path}
              </th>
              <td>{otherWords(device)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
