import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The part of a Linux file system in which serial ports are found. */
export class FakeSystem {
  readonly root = mkdtempSync(join(tmpdir(), 'flashline-sys-'));

  /** A folder below the devices of sysfs, as in `1-1.2:1.0/tty/ttyACM7`. */
  device(...folders: readonly string[]): void {
    for (const folder of folders) mkdirSync(join(this.root, 'sys/bus/usb/devices', folder), { recursive: true });
  }

  /** What udev makes; `/dev/ttyACM7` for its name alone. */
  node(name: string): string {
    const path = join(this.root, 'dev', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    return path;
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
