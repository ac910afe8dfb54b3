#!/usr/bin/env node
// Starts flashline under the Node.js that the clone pins, whatever Node.js the computer runs this with.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 24;

/** The node binary that the npm package `node` brought, or null. */
function pinnedNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json');
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
    const path = join(dirname(manifest), typeof bin === 'string' ? bin : bin.node);
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) {
  // TypeScript is stripped and compiled once, not at every start; the environment passes the folder on to host processes.
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
    new URL('../../../node_modules/.cache/flashline/compiled', import.meta.url),
  );
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  await import('../src/main.ts');
} else {
  const node = pinnedNode();
  if (node === null) {
    console.error(
      `NODE_TOO_OLD: flashline needs Node.js ${NODE_MAJOR_MIN}, this is ${process.versions.node}. Run "npm install" in the clone: it brings the right one.`,
    );
    process.exit(2);
  }
  const { status, signal } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' });
  if (signal) process.kill(process.pid, signal);
  process.exit(status ?? 1);
}
