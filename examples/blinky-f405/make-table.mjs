// Writes table.s: five seconds of a falling chime, 12-bit samples.
import { writeFileSync } from 'node:fs';

const SAMPLES = 40_960;
const lines = ['@ made by make-table.mjs'];
for (let n = 0; n < SAMPLES; n += 8) {
  const row = Array.from({ length: 8 }, (_, k) => {
    const t = (n + k) / 8000;
    const fade = Math.exp(-((t % 1.28) * 3));
    return Math.round(2048 + 1900 * fade * Math.sin(2 * Math.PI * 440 * 2 ** (-Math.floor(t / 1.28) / 3) * t));
  });
  lines.push(`.hword ${row.join(',')}`);
}
writeFileSync(new URL('table.s', import.meta.url), `${lines.join('\n')}\n`);
