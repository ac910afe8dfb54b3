#!/usr/bin/env node
// Makes a fresh clone ready: installs packages and builds the dashboard when that was never done or is out of date.
// Plain JavaScript without dependencies: it runs under the Node.js that the computer happens to have.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 20;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

const major = Number(process.versions.node.split('.')[0]);
if (major < NODE_MAJOR_MIN) {
  console.error(
    `NODE_TOO_OLD: this is Node.js ${process.versions.node}; ${NODE_MAJOR_MIN} or newer is needed to install flashline.`,
  );
  process.exit(1);
}

/** The newest modification below a folder, in ms; 0 when it does not exist. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function run(args, doing) {
  console.error(`flashline: ${doing} …`);
  // npm runs this script, so npm_execpath is its own file: no shell, no PATH, the same on Windows.
  const npm = process.env.npm_execpath;
  const [command, ...before] = npm ? [process.execPath, npm] : ['npm'];
  const done = spawnSync(command, [...before, ...args], { cwd: root, stdio: ['ignore', 2, 2], shell: !npm });
  if (done.status !== 0) {
    console.error(
      `flashline: ${doing} failed (npm ${args.join(' ')}). Check the network and the disk, then run it again.`,
    );
    process.exit(done.status ?? 1);
  }
}

const installed = join(root, 'node_modules', '.package-lock.json');
if (newest(installed) < newest(join(root, 'package-lock.json'))) run(['ci'], 'installing packages');

const dashboard = join(root, 'apps', 'dashboard');
const built = newest(join(dashboard, 'dist', 'index.html'));
const sources = ['src', 'index.html', 'vite.config.ts', 'package.json'].map((name) => newest(join(dashboard, name)));
if (built < Math.max(...sources)) run(['run', 'build'], 'building the dashboard');
