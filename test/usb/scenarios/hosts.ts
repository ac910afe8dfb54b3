/** A port host is killed and another one freezes, both while they erase or write. Oracles: the memory of the boards, the record. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SlotState } from '@flashline/contracts';
import { childrenOf } from '../../support/children.ts';
import { firmwareBytes } from '../rig/images.ts';
import { BOARD_PATHS, SLOTS_PER_HOST } from '../rig/ports.ts';
import { HANDS_MS, openRig } from '../rig/rig.ts';
import { Station } from '../rig/station.ts';

const LENGTH = 32 * 1024;
const ENDS = ['HOST_CRASHED', 'HOST_CRASHED', 'HOST_HUNG', 'HOST_HUNG', 'pass', 'pass'];

/** Two slots of each host. */
const paths = [0, 1, 2].flatMap((host) => BOARD_PATHS.slice(host * SLOTS_PER_HOST).slice(0, 2));
const hurt = paths.slice(0, 4);
const rig = await openRig();
const station = await Station.join();
const image = firmwareBytes(LENGTH, 3);
const order = await station.order(image, paths.length);

// Slow boards, so that all of them are erased or written at some moment.
await rig.plug(specs(paths, [{ kind: 'slow', factor: 6 }]));
await station.slots(hurt, isTouched);
const [killed, frozen] = [hostOf(paths[0]), hostOf(paths[2])];
const before = childrenOf(station.pid, 'ports');
process.kill(killed, 'SIGKILL');
process.kill(frozen, 'SIGSTOP');
await station.slots(paths, ({ is }) => is === 'done');
assert.deepEqual(
  await station.ends(order, paths),
  ENDS.map((end) => [end]),
);
const alive = childrenOf(station.pid, 'ports');
assert.deepEqual(new Set(before.filter((pid) => !alive.includes(pid))), new Set([killed, frozen]));

await rig.pull(hurt);
await sleep(HANDS_MS);
await rig.plug(specs(hurt, []));
await station.completed(order, ENDS, 60);
for (const ends of await station.ends(order, hurt)) assert.equal(ends.at(-1), 'pass');
for (const path of paths) assert.deepEqual(await rig.memory(path, LENGTH), image, path);
await rig.close();

function specs(at: readonly string[], misbehaviours: readonly { kind: 'slow'; factor: number }[]) {
  return Object.fromEntries(at.map((path, seed) => [path, { contents: 'used', seed, misbehaviours } as const]));
}

/** The process that has the board on this port open. */
function hostOf(path = ''): number {
  const word = (name: string) => readFileSync(`/sys/bus/usb/devices/${path}/${name}`, 'utf8').trim().padStart(3, '0');
  const node = `/dev/bus/usb/${word('busnum')}/${word('devnum')}`;
  const opens = (pid: number) => readdirSync(`/proc/${pid}/fd`).some((fd) => isLinkTo(`/proc/${pid}/fd/${fd}`, node));
  return childrenOf(station.pid, 'ports').find(opens) ?? assert.fail(`nobody has ${path} open`);
}

/** Files are closed while one looks. */
function isLinkTo(link: string, target: string): boolean {
  try {
    return readlinkSync(link) === target;
  } catch {
    return false;
  }
}

function isTouched(state: SlotState): boolean {
  return state.is === 'running' && (state.phase === 'erase' || state.phase === 'write');
}
