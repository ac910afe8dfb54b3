/**
 * The bench: how fast the engine and the station are, on virtual boards with real timing. `npm run bench` for all of it but the
 * soaks, or `npm run bench -- parts [name …]`, `others`, `station`, `soak [flashes]`, `station-soak [boards]`; `--write` measures all and writes
 * docs/bench.md. Ends with 1 when a promised figure is missed.
 */
import { parseArgs } from 'node:util';
import { PARTS } from '@flashline/virtual-boards';
import { measureOthers } from './others/other-table.ts';
import { measureParts } from './parts/part-table.ts';
import { machineNow, type Section, textOf, writePage } from './report.ts';
import { measureSoak } from './soak.ts';
import { measureStationSoak } from './station/station-soak.ts';
import { measureStation } from './station/station-table.ts';

const SOAK_FLASHES = 10_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false } },
});
const [only, ...words] = positionals;

const measures: Readonly<Record<string, () => Promise<Section>>> = {
  parts: () => measureParts(words),
  others: measureOthers,
  station: measureStation,
  soak: () => measureSoak(Number(words[0] ?? SOAK_FLASHES)),
  'station-soak': () => measureStationSoak(Number(words[0] ?? SOAK_FLASHES)),
};
const chosen = Object.entries(measures).filter(([name]) =>
  only === undefined ? !name.endsWith('soak') || values.write : name === only,
);
const unknown = only === 'parts' ? words.find((word) => PARTS.every(({ name }) => name !== word)) : undefined;
if (chosen.length === 0 || unknown !== undefined || (values.write && only !== undefined)) {
  if (unknown !== undefined) console.error(`${unknown} is none of ${PARTS.map(({ name }) => name).join(', ')}.`);
  console.error(
    'bench [parts [name …] | others | station | soak [flashes] | station-soak [boards]], or bench --write for all of them and docs/bench.md',
  );
  process.exit(2);
}

const machine = await machineNow();
const sections: Section[] = [];
for (const [, measure] of chosen) {
  const section = await measure();
  sections.push(section);
  console.log(`${textOf(section)}\n`);
}
if (values.write) await writePage(machine, sections);
process.exit(sections.every(({ missed }) => missed.length === 0) ? 0 : 1);
