import { type SpawnSyncOptions, spawnSync } from 'node:child_process';

/** What the lane runs, as Debian calls it. */
const PACKAGES = ['qemu-system-x86', 'busybox-static', 'kmod', 'cpio', 'udev', 'usbip', 'dfu-util'];

/** This computer lacks something that the lane cannot install by itself. */
export class CannotRun extends Error {}

/** What a command printed. Throws CannotRun with the end of its complaint when it fails or is not there. */
export function say(command: string, args: readonly string[], options: SpawnSyncOptions = {}): string {
  const done = spawnSync(command, args, { maxBuffer: 64 * 1024 * 1024, ...options, encoding: 'utf8' });
  if (done.status === 0) return done.stdout;
  const why = done.error?.message ?? done.stderr.trim().split('\n').slice(-5).join('\n');
  throw new CannotRun(`${command} ${args.slice(0, 3).join(' ')} failed: ${why}`);
}

/** Installs the Debian packages that are missing. Throws CannotRun where that is not possible. */
export function installPackages(): void {
  const missing = PACKAGES.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) throw new CannotRun(`as root, run: apt-get install ${missing.join(' ')}`);
  console.error(`usb: installing ${missing.join(', ')} …`);
  say('apt-get', ['update', '-qq']);
  // No service is to start, as on a container.
  const env = { ...process.env, RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' };
  say('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env });
}

function isInstalled(name: string): boolean {
  const told = spawnSync('dpkg-query', ['--status', name], { encoding: 'utf8' }).stdout ?? '';
  return told.includes('\nStatus: install ok installed\n');
}
