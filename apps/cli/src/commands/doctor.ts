import { resolve } from 'node:path';
import { Fault } from '@flashline/contracts';
import { inspectRedis } from '@flashline/queue';
import { lookAtBus, readUsbTree } from '@flashline/worker';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { agreesTo, canAsk } from '../boards/confirmation.ts';
import { thisComputer } from '../doctor/computer/this-computer.ts';
import { examine, type Patient } from '../doctor/examination.ts';
import { noUsb } from '../doctor/linux/usb-presence.ts';
import { type Repaired, repair, repairsFor } from '../doctor/repair.ts';
import { reportOf } from '../doctor/report.ts';
import { writeRule } from '../doctor/rule-installation.ts';
import { openScene } from '../doctor/scene.ts';
import { EXIT } from '../exit.ts';
import { option } from '../options.ts';
import { interruption } from '../shutdown.ts';

interface DoctorOptions {
  readonly fix: boolean;
  readonly yes: boolean;
  readonly user?: string;
  readonly redis?: string;
  readonly data: string;
  readonly json: boolean;
}

/** `flashline doctor`: what is wrong with this computer, and how to put it right. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check whether this computer is fit for a station, and say what to do where it is not')
    .option('--fix', 'Linux: install the udev rule and join the group plugdev; asks first, needs root', false)
    .option('--yes', 'do not ask', false)
    .addOption(new Option('--user <name>', 'who runs the station; otherwise who calls sudo').argParser(userName))
    .addOption(new Option('--redis <url>', 'look at this Redis too').env('FLASHLINE_REDIS'))
    .addOption(option.data())
    .addOption(option.json())
    .action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  const { fix, yes, json } = options;
  if (fix && process.platform !== 'linux')
    throw new Fault('USAGE', { reason: '--fix is for Linux; docs/real-boards.md says what to do here' });
  const patient = patientOf(options);
  const repairs = fix ? await fixed(patient, yes) : [];
  const findings = await examine(patient);
  const isWell = findings.every(({ state }) => state !== 'bad');
  const isFixed = repairs?.every(({ failed }) => failed === null) === true;
  console.log(json ? JSON.stringify({ ok: isWell, repairs: repairs ?? [], findings }) : reportOf(findings));
  process.exitCode = isWell && isFixed ? EXIT.ok : EXIT.environment;
}

function patientOf({ user, redis, data }: DoctorOptions): Patient {
  let seen: ReturnType<typeof lookAtBus> | null = null;
  return {
    computer: thisComputer(),
    caller: { user: user ?? null, command: [process.execPath, process.argv[1] ?? 'flashline'] },
    dataFolder: resolve(data),
    // Several checks ask, and a look takes a second.
    look: () => (seen ??= lookAtBus({ kind: 'usb' })),
    tree: () => readUsbTree(),
    inspectRedis: redis === undefined ? null : () => inspectRedis(redis),
  };
}

/** Asks, repairs, and tells each step on stderr; null when nothing was done. */
async function fixed({ computer, caller }: Patient, yes: boolean): Promise<readonly Repaired[] | null> {
  if ((await noUsb(computer)) !== null) return refused('There is no USB on this computer: nothing was changed.');
  const scene = await openScene(computer, caller);
  if (!scene.isRoot) return refused(`Only root can repair this. Run: ${scene.fix}`);
  const repairs = await repairsFor(scene, writeRule);
  if (!yes && !canAsk()) throw new Fault('USAGE', { reason: 'nobody can be asked here: --yes says that it is meant' });
  const plan = repairs.map(({ says }) => `  ${says}`).join('\n');
  if (!yes && !(await agreesTo(`This will be done:\n${plan}`, interruption()))) return refused('Nothing was changed.');
  const done = await repair(repairs);
  for (const { says, failed } of done) console.error(failed === null ? `done: ${says}` : `FAILED: ${says}: ${failed}`);
  return done;
}

function refused(why: string): null {
  console.error(why);
  return null;
}

function userName(text: string): string {
  if (!/^[a-z_][\w.-]{0,31}$/i.test(text)) throw new InvalidArgumentError('It must be the name of a user.');
  return text;
}
