import type { OtherDevice, SlotName, StationSetup } from '@flashline/contracts';
import { otherWords } from '../words/other-words.ts';

/** The slots of a station, in the order of its file. */
export function SlotPorts({ setup: { slots } }: { setup: StationSetup }) {
  if (slots === null)
    return (
      <p>
        The slots have no names: every port on which a board in its bootloader appears becomes one. To name them, run{' '}
        <code>flashline slots name</code> on this computer.
      </p>
    );
  const hasGroups = slots.some(({ group }) => group !== undefined);
  const hasPlaces = slots.some(({ place }) => place !== undefined);
  return (
    <div class="table-frame">
      <table class="plain">
        <caption>Slots</caption>
        <thead>
          <tr>
            <th scope="col">Label</th>
            <th scope="col">USB port</th>
            {hasGroups && <th scope="col">Group</th>}
            {hasPlaces && <th scope="col">Place</th>}
          </tr>
        </thead>
        <tbody>
          {slots.map(({ path, label, group, place }) => (
            <tr key={path}>
              <th scope="row">{label}</th>
              <td class="code">{path}</td>
              {hasGroups && <td>{group ?? ''}</td>}
              {hasPlaces && <td>{placeText(place)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function placeText(place: SlotName['place']): string {
  return place === undefined ? '' : `row ${place.row}, column ${place.column}`;
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
