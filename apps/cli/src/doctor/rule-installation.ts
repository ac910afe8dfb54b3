import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeDurably } from '../files/durable-file.ts';

/** Writes a udev rule file: all of it or nothing. Rejects when it cannot. */
export async function writeRule(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeDurably(path, Buffer.from(text));
  // A root that shares nothing by default (umask 077) would hide it from everybody who runs the doctor.
  await chmod(path, 0o644);
}
