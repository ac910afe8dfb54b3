import { copyFileSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { Running } from '../../support/processes.ts';
import { BOARD_PATHS, SLOTS_PER_HOST, STRANGER_PATHS } from '../rig/ports.ts';
import type { StationHandle } from './job.ts';

/** The station on which scenarios work one after another: its start takes a quarter of a minute under emulation. */
export class SharedStation {
  #running: Running | null = null;
  #folder: string | null = null;
  #handle: Promise<StationHandle> | null = null;

  /** The one that runs, or a new one. Rejects when it ends before it runs. */
  handle(): Promise<StationHandle> {
    this.#handle ??= this.#start();
    return this.#handle;
  }

  /** Puts what it, or the last one, has logged into `file`; nothing when it did not come that far. */
  copyLog(file: string): void {
    const log = `${this.#folder}/flashline.log`;
    if (existsSync(log)) copyFileSync(log, file);
  }

  /** Ends it as a power cut would, if it runs. */
  async end(): Promise<void> {
    await this.#running?.kill();
    this.#running = null;
    this.#handle = null;
  }

  async #start(): Promise<StationHandle> {
    const folder = mkdtempSync('/tmp/station-');
    this.#folder = folder;
    const slots = [...BOARD_PATHS, ...STRANGER_PATHS].map((path, n) => ({ path, label: `S${n + 1}` }));
    // JSON is YAML.
    writeFileSync(
      `${folder}/station.yaml`,
      JSON.stringify({ station: 'machine', slots, slotsPerHost: SLOTS_PER_HOST }),
    );
    const running = new Running(['station', '--data', folder, '--port', '0', '--config', `${folder}/station.yaml`]);
    this.#running = running;
    const exitFile = `${folder}/exit`;
    void running.ended.then((code) => writeFileSync(exitFile, `${code}\n${running.stderr}`));
    return { url: await running.says(/is running: (\S+)/), pid: running.child.pid ?? 0, folder, exitFile };
  }
}
