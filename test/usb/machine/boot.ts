import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventFile } from './event-file.ts';
import { EVENTS_FILE, JOB_FILE, type Job, type MachineEvent } from './job.ts';
import type { Kernel } from './kernel.ts';
import { BOOT_LIMIT, Deadline, limitAfter } from './limits.ts';

/** A machine to be booted for one job. */
export interface MachineRun {
  readonly kernel: Kernel;
  readonly job: Job;
  readonly repo: string;
  /** Shared with the machine: takes the job, the events, the output and the console. */
  readonly folder: string;
  readonly showConsole: boolean;
  readonly onEvent: (event: MachineEvent) => void;
}

/** Boots, runs the job and switches off. Resolves with null, or with what the machine hung in when it had to be ended. */
export async function runMachine({
  kernel,
  job,
  repo,
  folder,
  showConsole,
  onEvent,
}: MachineRun): Promise<string | null> {
  writeFileSync(join(folder, JOB_FILE), JSON.stringify(job));
  const qemu = spawn(
    'qemu-system-x86_64',
    qemuArgs(kernel, { repo, folder, program: join(job.programs, 'inside.mjs') }),
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const stopEnding = endWithUs(qemu);
  keepConsole(qemu, join(folder, 'console.log'), showConsole);
  const deadline = new Deadline(() => qemu.kill('SIGKILL'));
  const events = new EventFile(join(folder, EVENTS_FILE), (event) => {
    deadline.set(limitAfter(event, job));
    onEvent(event);
  });
  deadline.set(BOOT_LIMIT);
  const watcher = watch(folder, () => events.read());
  try {
    await once(qemu, 'exit');
  } finally {
    deadline.clear();
    watcher.close();
    stopEnding();
  }
  events.read();
  return deadline.passedIn;
}

interface Surroundings {
  readonly repo: string;
  readonly folder: string;
  readonly program: string;
}

/** Without what tells Linux to copy and clear byte by byte: fast in silicon, slow where each byte is emulated. */
const CPU = 'max,-erms,-fsrm';

function qemuArgs({ vmlinuz, initramfs, modules }: Kernel, { repo, folder, program }: Surroundings): string[] {
  const environment = {
    FLASHLINE_NODE: process.execPath,
    FLASHLINE_PROGRAM: program,
    FLASHLINE_REPO: repo,
    FLASHLINE_MODULES: modules,
  };
  const passed = Object.entries(environment).map(([name, value]) => `"${name}=${value}"`);
  const share = (tag: string, path: string, options: string) => [
    ...['-fsdev', `local,id=${tag},path=${path.replaceAll(',', ',,')},security_model=none,multidevs=remap${options}`],
    ...['-device', `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`],
  ];
  return [
    ...['-accel', 'tcg,thread=multi', '-cpu', CPU, '-smp', '2', '-m', '3072', '-no-reboot'],
    ...['-display', 'none', '-serial', 'stdio', '-monitor', 'none', '-nic', 'user,model=virtio-net-pci'],
    ...['-kernel', vmlinuz, '-initrd', initramfs],
    ...[
      '-append',
      ['console=ttyS0 quiet mitigations=off clocksource=tsc tsc=reliable net.ifnames=0 panic=-1', ...passed].join(' '),
    ],
    ...share('computer', '/', ',readonly=on'),
    ...share('job', folder, ''),
  ];
}

function keepConsole({ stdout, stderr }: ChildProcess, file: string, show: boolean): void {
  const kept = createWriteStream(file);
  for (const stream of [stdout, stderr]) {
    stream?.pipe(kept, { end: false });
    if (show) stream?.pipe(process.stderr, { end: false });
  }
}

/** QEMU would go on when we end. */
function endWithUs(qemu: ChildProcess): () => void {
  const end = () => qemu.kill('SIGKILL');
  const endBoth = () => {
    end();
    process.exit(130);
  };
  process.on('exit', end).on('SIGINT', endBoth).on('SIGTERM', endBoth);
  return () => process.off('exit', end).off('SIGINT', endBoth).off('SIGTERM', endBoth);
}
