import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { CannotRun, say } from './packages.ts';

/** A Debian kernel, ready to boot. */
export interface Kernel {
  readonly vmlinuz: string;
  readonly initramfs: string;
  /** The folder that belongs at /lib/modules in the machine. */
  readonly modules: string;
}

/** What init needs before it can see anything of this computer. */
const BOOT_MODULES = ['virtio_pci', 'virtio_net', '9pnet_virtio', '9p', 'overlay'];
/** What the scenarios need: udev loads drivers as on any computer. The last line makes devices out of this kernel. */
const USB_MODULES = [
  ...['vhci-hcd', 'cdc-acm', 'usbhid', 'hid-generic', 'usb-storage', 'sd_mod'],
  ...['dummy_hcd', 'libcomposite', 'usb_f_hid', 'usb_f_mass_storage'],
];
const BUSYBOX = '/bin/busybox';
const HERE = import.meta.dirname;

/** The kernel of this Debian, unpacked below `cache` and kept there. Throws CannotRun when there is none to be had. */
export function prepareKernel(cache: string): Kernel {
  const image = imageOf(cache);
  const { folder } = image;
  if (!existsSync(folder)) {
    console.error(`usb: unpacking ${image.name} …`);
    const work = mkdtempSync(join(tmpdir(), 'flashline-kernel-'));
    try {
      buildIn(work, image.name);
      putInto(cache, folder, join(work, 'out'));
    } finally {
      rmSync(work, { recursive: true });
    }
  }
  return {
    vmlinuz: join(folder, 'vmlinuz'),
    initramfs: join(folder, 'initramfs.cpio'),
    modules: join(folder, 'lib/modules'),
  };
}

/** Copied aside and renamed when whole: neither an interrupted run nor one beside this leaves half of it. */
function putInto(cache: string, folder: string, built: string): void {
  const old = existsSync(cache) ? readdirSync(cache) : [];
  const aside = `${folder}.${process.pid}`;
  cpSync(built, aside, { recursive: true });
  if (existsSync(folder)) rmSync(aside, { recursive: true });
  else renameSync(aside, folder);
  for (const name of old) if (!name.startsWith(basename(folder))) rmSync(join(cache, name), { recursive: true });
}

interface Image {
  readonly name: string;
  /** Where it is kept; not there when it is new. */
  readonly folder: string;
}

/** The image that is to be used. Throws CannotRun when apt knows none. */
function imageOf(cache: string): Image {
  const known = imagePackage(cache);
  if (known !== null && existsSync(known.folder)) return known;
  // A new system has no package lists yet, and old ones name what is no longer there. Only root can renew them.
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
  const found = imagePackage(cache);
  if (found === null) throw new CannotRun('apt knows no linux-image-amd64');
  return found;
}

/** The package that linux-image-amd64 stands for today; null when apt does not know. */
function imagePackage(cache: string): Image | null {
  const ask = (...args: string[]) => spawnSync('apt-cache', args, { encoding: 'utf8' }).stdout ?? '';
  const name = /Depends: (linux-image-\S+)/.exec(ask('depends', 'linux-image-amd64'))?.[1];
  if (name === undefined) return null;
  const version = /^Version: (\S+)$/m.exec(ask('show', '--no-all-versions', name))?.[1] ?? 'unknown';
  return { name, folder: join(cache, `${name}_${version.replaceAll(':', '_')}_${scriptHash()}`) };
}

function kernelVersion(imageName: string): string {
  return imageName.replace('linux-image-', '');
}

function scriptHash(): string {
  const hash = createHash('sha256');
  for (const name of ['init.sh', 'kernel.ts']) hash.update(readFileSync(join(HERE, name)));
  return hash.digest('hex').slice(0, 12);
}

function buildIn(work: string, imageName: string): void {
  const version = kernelVersion(imageName);
  const all = join(work, 'all');
  const out = join(work, 'out');
  say('apt-get', ['download', '-qq', imageName], { cwd: work });
  const [deb] = readdirSync(work).filter((name) => name.endsWith('.deb'));
  if (deb === undefined) throw new CannotRun(`apt-get downloaded no ${imageName}`);
  say('dpkg', ['-x', join(work, deb), all]);
  say('depmod', ['-b', all, version]);
  keepModules(all, out, version);
  cpSync(join(all, 'boot', `vmlinuz-${version}`), join(out, 'vmlinuz'));
  buildInitramfs(join(work, 'initramfs'), modulesFor(out, version, BOOT_MODULES), join(out, 'initramfs.cpio'));
}

/** Of 400 MB of modules the machine needs a few, with what they need. */
function keepModules(all: string, out: string, version: string): void {
  for (const file of modulesFor(all, version, [...BOOT_MODULES, ...USB_MODULES])) {
    const kept = join(out, relative(all, file));
    mkdirSync(dirname(kept), { recursive: true });
    cpSync(file, kept);
  }
  for (const list of ['modules.builtin', 'modules.builtin.modinfo', 'modules.order'])
    cpSync(join(all, 'lib/modules', version, list), join(out, 'lib/modules', version, list));
  say('depmod', ['-b', out, version]);
}

/** The files of these modules and of what they need, in the order of loading. */
function modulesFor(root: string, version: string, names: readonly string[]): readonly string[] {
  const lines = names.flatMap((name) =>
    say('modprobe', ['-d', root, '-S', version, '--show-depends', name]).split('\n'),
  );
  // "insmod FILE"; what is built in is told as "builtin NAME".
  const files = lines.map((line) => /^insmod (\S+)/.exec(line)?.[1]).filter((file) => file !== undefined);
  return [...new Set(files)];
}

function buildInitramfs(root: string, modules: readonly string[], file: string): void {
  for (const folder of ['bin', 'modules', 'proc', 'sys', 'dev', 'lower', 'upper', 'machine'])
    mkdirSync(join(root, folder), { recursive: true });
  cpSync(BUSYBOX, join(root, 'bin/busybox'));
  writeFileSync(join(root, 'init'), readFileSync(join(HERE, 'init.sh')), { mode: 0o755 });
  for (const module of modules) cpSync(module, join(root, 'modules', basename(module)));
  writeFileSync(join(root, 'modules/order'), `${modules.map((module) => basename(module)).join('\n')}\n`);
  const entries = readdirSync(root, { recursive: true, encoding: 'utf8' }).join('\n');
  say('cpio', ['--quiet', '-o', '-H', 'newc', '-F', file], { cwd: root, input: entries });
}
