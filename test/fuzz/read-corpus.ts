import fc from 'fast-check';
import { damaged } from './damage.ts';
import { largeFile, type NamedFile, recordSoup, smallFile } from './good-files.ts';
import { readingOf } from './reading.ts';

/** What became of many files. */
export interface CorpusReport {
  readonly files: number;
  /** How many ended in each way. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Of the slowest. */
  readonly cpuMs: number;
}

const CORPORA: Readonly<Record<string, fc.Arbitrary<NamedFile>>> = {
  small: damaged(fc.oneof({ arbitrary: smallFile, weight: 6 }, { arbitrary: recordSoup, weight: 1 })),
  large: damaged(largeFile),
};

function readCorpus(corpus: fc.Arbitrary<NamedFile>, seed: number, numRuns: number): CorpusReport {
  const outcomes: Record<string, number> = {};
  let files = 0;
  let slowestMs = 0;
  const judge = (file: NamedFile) => {
    const { outcome, cpuMs } = readingOf(file);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    slowestMs = Math.max(slowestMs, cpuMs);
    files++;
  };
  fc.assert(fc.property(corpus, judge), { seed, numRuns });
  return { files, outcomes, cpuMs: slowestMs };
}

// In a process of its own: CORPUS SEED FILES. What is neither an image nor a fault ends it, with the seed and the file.
const [name = '', seed, files] = process.argv.slice(2);
const corpus = CORPORA[name];
if (corpus === undefined) throw new Error(`there is no corpus ${name}`);
console.log(JSON.stringify(readCorpus(corpus, Number(seed), Number(files))));
