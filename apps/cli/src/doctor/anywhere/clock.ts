import type { Computer } from '../computer/computer.ts';
import { bad, ok, type Verdict, warn } from '../verdict.ts';

/** No record of flashline is older than flashline. */
const YEAR_MIN = 2026;
/** A clock that has jumped to the end of time, as those with an empty battery may. */
const YEAR_MAX = 2100;

/** Whether the times in the records will be right: the year makes sense, and something sets the clock. */
export async function clock(computer: Computer): Promise<Verdict> {
  const now = new Date(computer.nowMs());
  const year = now.getUTCFullYear();
  const told = `${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const onLinux = computer.platform === 'linux';
  const set = onLinux ? ['sudo timedatectl set-ntp true'] : ['Switch on that the time is set by the network.'];
  if (!(year >= YEAR_MIN && year < YEAR_MAX)) return bad(`The clock is wrong: it says ${told}.`, set);
  // UTC or not does not matter: records are in UTC whatever the time zone.
  if (!onLinux) return ok(`The clock says ${told}.`);
  const isSynchronised = await synchronised(computer);
  if (isSynchronised === null) return ok(`The clock says ${told}; nothing here tells whether the network sets it.`);
  if (!isSynchronised) return warn(`The clock says ${told}, but the network does not set it.`, set);
  return ok(`The clock says ${told}, and the network sets it.`);
}

async function synchronised(computer: Computer): Promise<boolean | null> {
  const ran = await computer.run('timedatectl', ['show', '--property=NTPSynchronized', '--value']);
  const word = ran?.stdout.trim();
  if (word === 'yes' || word === 'no') return word === 'yes';
  // Without systemd as the first process there is nobody for timedatectl to ask.
  return (await computer.status('/run/systemd/timesync/synchronized')) === null ? null : true;
}
