import type { UsbTree } from '@flashline/contracts';
import type { RedisCondition } from '@flashline/queue';
import { clock } from './anywhere/clock.ts';
import { dataFolder } from './anywhere/data-folder.ts';
import { diskSpace } from './anywhere/disk-space.ts';
import { nodeVersion } from './anywhere/node-version.ts';
import { redis } from './anywhere/redis.ts';
import { usbCapacity } from './anywhere/usb-capacity.ts';
import { type Look, usbLibrary } from './anywhere/usb-library.ts';
import type { Computer } from './computer/computer.ts';
import { macos } from './elsewhere/macos.ts';
import { winusb } from './elsewhere/winusb.ts';
import { autosuspend } from './linux/autosuspend.ts';
import { boardAccess } from './linux/board-access.ts';
import { heldBoards } from './linux/held-boards.ts';
import { modemManager } from './linux/modem-manager.ts';
import { plugdev } from './linux/plugdev.ts';
import { udevRule } from './linux/udev-rule.ts';
import { noUsb, presence } from './linux/usb-presence.ts';
import { usbfsMemory } from './linux/usbfs-memory.ts';
import { type Caller, openScene, type Scene } from './scene.ts';
import { type Finding, skipped, unknown, type Verdict } from './verdict.ts';

/** What is examined, and the ways to look beyond the files and commands of the computer. */
export interface Patient {
  readonly computer: Computer;
  readonly caller: Caller;
  readonly dataFolder: string;
  /** Looks at the bus through the USB library, in a process of its own. */
  readonly look: () => Promise<Look>;
  /** How the hubs are connected, or null where the system does not tell; no function when nobody looks. */
  readonly tree: (() => Promise<UsbTree | null>) | null;
  /** Null when no Redis was named. */
  readonly inspectRedis: (() => Promise<RedisCondition>) | null;
}

type Checks = Readonly<Record<string, () => Verdict | Promise<Verdict>>>;

/** Makes every check there is for this computer, one after the other. */
export async function examine(patient: Patient): Promise<readonly Finding[]> {
  return [...(await usbFindings(patient)), ...(await made(checksAnywhere(patient)))];
}

/** On Linux, what is wrong with USB as a whole is said once, and not again by every check that needs it. */
async function usbFindings(patient: Patient): Promise<readonly Finding[]> {
  const { computer, caller } = patient;
  if (computer.platform !== 'linux') return await made({ ...checksElsewhere(patient), ...checksOnBus(patient, []) });
  const missing = await noUsb(computer);
  const scene = await openScene(computer, caller);
  const ports = scene.usb.boards.map(({ path }) => path);
  const checks = { ...checksOnLinux(scene), ...checksOnBus(patient, ports) };
  if (missing === null) return await made({ usb: () => presence(scene.usb), ...checks });
  return [
    { id: 'usb', ...missing },
    ...Object.keys(checks).map((id) => ({ id, ...skipped('There is no USB on this computer.') })),
  ];
}

function checksOnLinux(scene: Scene): Checks {
  return {
    'udev-rule': () => udevRule(scene),
    plugdev: () => plugdev(scene),
    'board-access': () => boardAccess(scene),
    'held-boards': () => heldBoards(scene),
    'modem-manager': () => modemManager(scene),
    autosuspend: () => autosuspend(scene),
    'usbfs-memory': () => usbfsMemory(scene),
  };
}

function checksElsewhere({ computer, look }: Patient): Checks {
  if (computer.platform === 'win32') return { winusb: () => winusb(computer, look) };
  return computer.platform === 'darwin' ? { macos: () => macos(computer) } : {};
}

function checksOnBus({ computer, look, tree }: Patient, ports: readonly string[]): Checks {
  return {
    'usb-library': () => usbLibrary(computer, look, ports),
    ...(tree === null ? {} : { 'usb-capacity': async () => usbCapacity(await tree()) }),
  };
}

function checksAnywhere({ computer, dataFolder: folder, inspectRedis }: Patient): Checks {
  return {
    node: () => nodeVersion(computer),
    ...(inspectRedis === null ? {} : { redis: () => redis(inspectRedis) }),
    'data-folder': () => dataFolder(computer, folder),
    'disk-space': () => diskSpace(computer, folder),
    clock: () => clock(computer),
  };
}

/** One check's trouble is its own. */
async function made(checks: Checks): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [id, check] of Object.entries(checks)) {
    try {
      findings.push({ id, ...(await check()) });
    } catch (thrown) {
      findings.push({ id, ...unknown(`This could not be checked: ${String(thrown).slice(0, 200)}.`) });
    }
  }
  return findings;
}
