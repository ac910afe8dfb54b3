import { readPartsFile } from '@flashline/config';
import type { BusLook } from '@flashline/worker';
import type { Command } from 'commander';
import { addBusOptions, type BusOptions, option } from '../options.ts';
import { untilStopped } from '../shutdown.ts';
import type { Listening } from '../station/station-parts.ts';
import { chooseStation } from '../station-file.ts';

interface StationOptions extends BusOptions, Listening {
  readonly data: string;
  readonly parts: string;
}

/** `flashline station`: coordinator and worker in one process. */
export function addStation(program: Command): void {
  const command = program
    .command('station')
    .description('run a station on this computer: coordinator, dashboard and worker in one process')
    .addOption(option.data())
    .addOption(option.parts())
    .addOption(option.host())
    .addOption(option.port())
    .addOption(option.allowHost());
  addBusOptions(command).action(runStation);
}

async function runStation(options: StationOptions): Promise<void> {
  // Loading a station takes longer than most commands run.
  const { dashboardFolder, dashboardWords, startStation } = await import('../station/station-parts.ts');
  const parts = await readPartsFile(options.parts);
  const chosen = await chooseStation(options);
  const { bus, config } = chosen;
  try {
    const { stopped, again } = untilStopped();
    const station = await startStation(options.data, { ...chosen, parts, listening: options });
    console.log(`flashline station "${chosen.station.station}" is running: ${station.coordinator.url}`);
    for (const line of dashboardWords(dashboardFolder())) console.log(line);
    if (config !== undefined) console.log(`Station file: ${config}`);
    console.log(`Records: ${options.data}`);
    if (bus.choice.kind === 'virtual') console.log('SIMULATED: the boards are virtual and never count as production.');
    else void station.worker.firstLook.then((look) => console.log(usbSituation(look)));
    await stopped;
    console.log('Stopping: boards in work finish first. Press Ctrl-C again to stop at once.');
    await station.stop(again);
  } finally {
    await bus.release();
  }
}

/** What a person who has just started the station should know about its USB ports. */
function usbSituation({ devices, trouble }: BusLook): string {
  if (trouble !== null) return trouble;
  const boards = devices.filter(({ mode }) => mode === 'dfu').length;
  if (boards > 0) return `Boards in their bootloader: ${boards}.`;
  return 'No boards yet. Hold BOOT0 and plug one in; "flashline doctor" says whether this computer is ready.';
}
