/**
 * The bench: how fast the engine and the station are, on virtual boards with real timing. `npm run bench`, or one of its
 * parts: `npm run bench -- parts [name …]`, `others`, `station`, `soak`; `--write` writes docs/bench.md.
 */
import { parseArgs } from 'node:util';
import { measureOthers } from './others/other-table.ts';
import { measureParts } from './parts/part-table.ts';
import { machineNow, type Section, textOf, writePage } from './report.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { write: { type: 'boolean', default: false } } });
const [only, ...names] = positionals;

const MEASURES: Readonly<Record<string, () => Promise<Section>>> = {
  parts: () => measureParts(names),
  others: measureOthers,
};

const chosen = Object.keys(MEASURES).filter((name) => only === undefined || only === name);
if (chosen.length === 0 || (values.write && only !== undefined)) {
  console.error(`Usage: bench [${Object.keys(MEASURES).join(' | ')}] [part …] [--write]; --write goes with all of them.`);
  process.exit(2);
}

const machine = machineNow();
const sections: Section[] = [];
for (const name of chosen) {
  const section = await MEASURES[name]?.();
  if (section === undefined) continue;
  sections.push(section);
  console.log(`${textOf(section)}\n`);
}
if (values.write) await writePage(machine, sections);
process.exit(sections.every(({ missed }) => missed.length === 0) ? 0 : 1);
