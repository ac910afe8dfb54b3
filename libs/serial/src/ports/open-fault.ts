import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { Fault } from '@flashline/contracts';

const REASON_CHARS_MAX = 200;

/**
 * Why a device cannot be opened, found out without opening it: USB_HOST while there is no node for it, which udev makes, and
 * USB_PERMISSION with the group that may use it. Null when nothing speaks against it.
 */
export async function obstacleAt(path: string, device: string, tryAccess = mayUse): Promise<Fault | null> {
  try {
    await tryAccess(device);
    return null;
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') return new Fault('USB_HOST', { path, device, reason: code }, { cause });
    return new Fault('USB_PERMISSION', { path, device, reason: code, ...(await ownersOf(device)) }, { cause });
  }
}

/** Rejects with the system's error when this user may not read and write a device. */
export function mayUse(device: string): Promise<void> {
  return access(device, constants.R_OK | constants.W_OK);
}

/** serialport tells errors apart by their text only (bindings-cpp, serialport_unix.cpp). */
export function openFault(path: string, device: string, thrown: unknown): Fault {
  const reason = (thrown instanceof Error ? thrown.message : String(thrown)).slice(0, REASON_CHARS_MAX);
  const details = { path, device, reason };
  const options = { cause: thrown };
  // ModemManager and its like hold a port exclusively (EBUSY); a program that uses serialport locks it.
  if (/lock|busy/i.test(reason)) return new Fault('USB_BUSY', details, options);
  if (/permission denied|not permitted/i.test(reason)) return new Fault('USB_PERMISSION', details, options);
  return new Fault('BOARD_SILENT', details, options);
}

/** The group is `dialout` on Debian; `plugdev` where our udev rule is at work. */
async function ownersOf(device: string): Promise<{ readonly group?: string; readonly mode?: string }> {
  try {
    const { gid, mode } = await stat(device);
    const groups = await readFile('/etc/group', 'utf8').catch(() => '');
    const group = groups.split('\n').find((line) => line.split(':')[2] === String(gid));
    return { group: group?.split(':')[0] ?? String(gid), mode: (mode & 0o777).toString(8) };
  } catch {
    return {};
  }
}
