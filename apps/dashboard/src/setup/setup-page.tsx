import type { StationSetup } from '@flashline/contracts';
import { useSignal } from '@preact/signals';
import { bench } from '../live/this-bench.ts';
import { EmptyPlace } from '../parts/notice.tsx';
import { NamingDialog } from './naming-dialog.tsx';
import { OtherPorts, SlotPorts } from './ports.tsx';
import { UsbPanel } from './usb-panel.tsx';

/** How each station is built: its slots, what sits on other ports, its hubs. */
export function SetupPage() {
  const stations = bench.stations.value;
  return (
    <main id="main" class="setup-page" tabIndex={-1}>
      <h1 class="unseen">Station</h1>
      {stations.length === 0 && (
        <EmptyPlace title="No station yet">
          <p>Nothing that can see boards has reported so far.</p>
        </EmptyPlace>
      )}
      {stations.map((setup) => (
        <Station key={setup.station} setup={setup} />
      ))}
    </main>
  );
}

function Station({ setup }: { setup: StationSetup }) {
  const { station, online, simulated, keepsNames } = setup;
  const isNaming = useSignal(false);
  return (
    <section class="setup" aria-labelledby={`station-${station}`}>
      <header class="page-head">
        <h2 id={`station-${station}`}>
          {station} {simulated && <span class="tag-simulated">SIM</span>}
        </h2>
        {!online && <p>This station does not answer: what stands here is old.</p>}
        {online && keepsNames && (
          <button
            type="button"
            aria-haspopup="dialog"
            onClick={() => {
              isNaming.value = true;
            }}
          >
            Name the slots…
          </button>
        )}
      </header>
      <div class="setup-columns">
        <div>
          <SlotPorts setup={setup} />
        </div>
        <div>
          <OtherPorts others={setup.others} />
          <UsbPanel usb={setup.usb} />
        </div>
      </div>
      {isNaming.value && (
        <NamingDialog
          setup={setup}
          onClose={() => {
            isNaming.value = false;
          }}
        />
      )}
    </section>
  );
}
