#!/usr/bin/env node
// Everything that must hold, lane after lane: `npm run check`. CI runs this and nothing else.
// The last line sums the tests of `npm test` and counts every other lane as one.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const report = join(root, 'node_modules', '.cache', 'flashline', 'tests.json');
const realImage = join('..', 'shared', 'firmware', 'betaflight-3.5.2-stm32f405.hex');

/** `npm run test:usb` ends with this when the computer lacks something that it cannot install by itself. */
const CANNOT_RUN = 3;

const total = { passed: 0, failed: 0, skipped: 0 };
const unhappy = [];

/** The exit code of an npm command; null when it was killed. */
function npm(args) {
  const path = process.env.npm_execpath;
  const [command, before] = path ? [process.execPath, [path]] : ['npm', []];
  const stdio = ['ignore', 'inherit', 'inherit'];
  return spawnSync(command, [...before, ...args], { cwd: root, stdio, shell: !path }).status;
}

function lane(name, args, skipCode) {
  console.log(`\n=== ${name}: npm ${args.join(' ')}`);
  const code = npm(args);
  if (code !== 0 && code === skipCode) return skip(name, 'this computer cannot run it');
  const passed = code === 0;
  total[passed ? 'passed' : 'failed'] += 1;
  if (!passed) unhappy.push(name);
}

function skip(name, why) {
  console.log(`\n=== ${name}: SKIPPED, ${why}`);
  total.skipped += 1;
  // In CI everything is there; a lane that cannot run is a broken lane.
  if (process.env.CI) unhappy.push(`${name} (skipped in CI)`);
}

function tests() {
  console.log('\n=== tests: npm test');
  rmSync(report, { force: true });
  const passed = npm(['test']) === 0;
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null;
  if (counts === null || counts.numTotalTests === 0) {
    total.failed += 1;
    unhappy.push('tests (none ran)');
    return;
  }
  total.passed += counts.numPassedTests;
  total.failed += counts.numFailedTests;
  total.skipped += counts.numPendingTests + counts.numTodoTests;
  if (!passed && counts.numFailedTests === 0) total.failed += 1;
  if (!passed) unhappy.push('tests');
  if (process.env.CI && counts.numPendingTests > 0) unhappy.push(`${counts.numPendingTests} tests skipped in CI`);
}

tests();
lane('types', ['run', 'typecheck']);
lane('format and lint', ['run', 'lint']);
lane('unused code', ['run', 'unused']);
lane('sweep', ['run', 'sweep']);
lane('demo', ['run', 'demo', '--', '--once']);
if (existsSync(join(root, realImage))) lane('demo, real image', ['run', 'demo', '--', '--once', '--image', realImage]);
else skip('demo, real image', `${realImage} is not here`);
lane('usb', ['run', 'test:usb'], CANNOT_RUN);

if (unhappy.length > 0) console.log(`\nNot good: ${unhappy.join(', ')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(unhappy.length === 0 ? 0 : 1);
