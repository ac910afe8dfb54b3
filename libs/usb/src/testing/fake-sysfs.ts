import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Files = Readonly<Record<string, string>>;

/** A root folder with a sysfs of USB devices below it, as the kernel lays it out. */
export class FakeSysfs {
  readonly root = mkdtempSync(join(tmpdir(), 'flashline-'));
  readonly #devices = join(this.root, 'sys/bus/usb/devices');

  constructor() {
    mkdirSync(this.#devices, { recursive: true });
  }

  /** A root hub and, behind the link that the kernel makes of it, its controller. */
  rootHub(bus: number, controller: string, files: Files = {}): void {
    const folder = join(this.root, 'sys/devices', controller, `usb${bus}`);
    this.#write(folder, { ...HUB, idVendor: '1d6b', idProduct: '0002', bDeviceProtocol: '01', ...files });
    symlinkSync(`../../../devices/${controller}/usb${bus}`, join(this.#devices, `usb${bus}`));
    this.#endpoints(`${bus}-0`, [1]);
  }

  /** A hub with one translator for all its ports, unless `files` say otherwise. */
  hub(path: string, files: Files = {}): void {
    this.device(path, { ...HUB, idVendor: '0424', idProduct: '2514', bDeviceProtocol: '01', ...files }, [1]);
  }

  /** A full-speed board in DFU mode, unless `files` and the endpoints of each interface say otherwise. */
  device(path: string, files: Files = {}, endpoints: readonly number[] = [0]): void {
    this.#write(join(this.#devices, path), { ...BOARD, ...files });
    this.#endpoints(path, endpoints);
  }

  /** Another device takes the port of one that has left. */
  replace(path: string, files: Files): void {
    const folder = join(this.#devices, path);
    // Made before the old one goes: a file system gives numbers that are free to the next folder, sysfs does not.
    this.#write(`${folder}.next`, { ...BOARD, ...files });
    rmSync(folder, { recursive: true });
    renameSync(`${folder}.next`, folder);
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }

  #endpoints(path: string, counts: readonly number[]): void {
    for (const [n, count] of counts.entries())
      this.#write(join(this.#devices, `${path}:1.${n}`), { bNumEndpoints: `0${count}` });
  }

  #write(folder: string, files: Files): void {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), `${text}\n`);
  }
}

const HUB = { bDeviceClass: '09', bDeviceProtocol: '00', speed: '480', maxchild: '4', product: 'USB2.0 Hub' };
const BOARD = {
  idVendor: '0483',
  idProduct: 'df11',
  bDeviceClass: '00',
  bDeviceProtocol: '00',
  speed: '12',
  maxchild: '0',
};
