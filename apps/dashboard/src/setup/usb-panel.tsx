import type { UsbTree } from '@flashline/contracts';
import { capacityWords, findingWords, speedWords, translatorWords } from '../words/usb-words.ts';

/** The hubs of a station's computer, what its controllers carry, and what to know about that. */
export function UsbPanel({ usb }: { usb: UsbTree | null }) {
  if (usb === null) return <p class="fine">This computer does not tell how its USB ports are wired.</p>;
  const { hubs, capacities, findings } = usb;
  return (
    <>
      {findings.length > 0 && (
        <ul class="notice" data-tone="error">
          {findings.map((finding) => (
            <li key={JSON.stringify(finding)}>{findingWords(finding)}</li>
          ))}
        </ul>
      )}
      <div class="table-frame">
        <table class="plain">
          <caption>USB hubs</caption>
          <thead>
            <tr>
              <th scope="col">USB port</th>
              <th scope="col">Hub</th>
              <th scope="col">Speed</th>
              <th scope="col">Translators for boards</th>
              <th scope="col" class="number">
                Ports
              </th>
            </tr>
          </thead>
          <tbody>
            {hubs.map((hub) => (
              <tr key={hub.path}>
                <th scope="row" class="code">
                  {hub.path}
                </th>
                <td>{hub.name ?? 'without a name'}</td>
                <td>{speedWords(hub)}</td>
                <td>{translatorWords(hub)}</td>
                <td class="number">{hub.ports}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <dl class="facts">
        {capacities.map((capacity) => (
          <div key={capacity.controller}>
            <dt class="code">{capacity.controller}</dt>
            <dd>{capacityWords(capacity)}</dd>
          </div>
        ))}
      </dl>
      {capacities.length > 0 && (
        <p class="fine">
          An estimate: no controller tells what it can carry. It is what many of its kind do in practice.
        </p>
      )}
    </>
  );
}
