import { outcomeOf, type Recipe } from '@flashline/contracts';
import type { BoardJobReport } from '@flashline/dfuse';
import type { Command } from 'commander';
import { addBoardOptions, type BoardOptions, type ChosenBoards, withBoards } from '../boards/board-choice.ts';
import { workOn } from '../boards/board-jobs.ts';
import { namesOf } from '../bus-choice.ts';
import { EXIT } from '../exit.ts';
import { type ImageSet, readImageSet } from '../images/image-set.ts';
import { patchOption } from '../images/recipe-choice.ts';
import { option } from '../options.ts';
import { type ProofEnding, proofResult, proofTable } from '../reports/proof-report.ts';

interface VerifyOptions extends BoardOptions {
  readonly address?: number;
  readonly patch: Readonly<Recipe['patches']>;
}

/** `flashline verify IMAGE`: whether boards hold an image. */
export function addVerify(program: Command): void {
  const command = program
    .command('verify')
    .description('compare boards with images, byte by byte, and change nothing')
    .argument('<image...>', 'Intel HEX, DfuSe .dfu, ELF, S-records, UF2, or raw binary, as app.bin@0x08010000')
    .addOption(option.address())
    .addOption(patchOption());
  addBoardOptions(command).action(async (names: readonly string[], options: VerifyOptions) => {
    const images = await readImageSet(names, options.address ?? null, options.patch);
    process.exitCode = await withBoards(options, (boards) => verify(boards, images, options));
  });
}

async function verify(boards: ChosenBoards, images: ImageSet, { json }: VerifyOptions): Promise<number> {
  const reports = await workOn(boards, { kind: 'verify', image: images.image }, { json });
  const results = reports.map((report, index) =>
    proofResult(namesOf(boards.bus, boards.devices[index]?.path ?? ''), images, endingOf(report)),
  );
  console.log(json ? JSON.stringify({ results }) : proofTable(results));
  return results.every(({ outcome }) => outcome === 'pass') ? EXIT.ok : EXIT.notPassed;
}

function endingOf(report: BoardJobReport): ProofEnding {
  return { ...report, outcome: report.fault === null ? 'pass' : outcomeOf(report.fault) };
}
