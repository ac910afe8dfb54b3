import { readPartsFile } from '@flashline/config';
import { Fault, type Part } from '@flashline/contracts';
import type { Command } from 'commander';
import { addBoardOptions, type BoardOptions, type ChosenBoards, withBoards } from '../boards/board-choice.ts';
import { workOn } from '../boards/board-jobs.ts';
import { namesOf } from '../bus-choice.ts';
import { EXIT } from '../exit.ts';
import { readImageFile } from '../images/image-file.ts';
import { option } from '../options.ts';
import { boardSheet, describeBoard } from '../reports/board-sheet.ts';
import { describeImage, imageOnPart, imageSheet } from '../reports/image-sheet.ts';

interface InfoOptions extends BoardOptions {
  readonly address?: number;
  readonly part?: string;
}

/** `flashline info`: what an image file holds, or what a board tells about itself. */
export function addInfo(program: Command): void {
  const command = program
    .command('info')
    .description('show what an image file holds, or without one, what boards tell about themselves')
    .argument('[file]', 'Intel HEX, DfuSe .dfu, ELF, S-records, UF2 or raw binary')
    .addOption(option.address())
    .option('--part <name>', 'draw which sectors of this part the image touches');
  addBoardOptions(command).action(async (file: string | undefined, options: InfoOptions) => {
    if (file !== undefined) return infoOnImage(file, options);
    if (options.part !== undefined || options.address !== undefined)
      throw new Fault('USAGE', { reason: '--part and --address are for an image file' });
    process.exitCode = await withBoards(options, (boards) => infoOnBoards(boards, options));
  });
}

async function infoOnImage(file: string, options: InfoOptions): Promise<void> {
  const { address = null, json, slot, all } = options;
  if (slot.length > 0 || all) throw new Fault('USAGE', { reason: 'either an image file or boards' });
  const part = options.part === undefined ? null : await partNamed(options.part, options.parts);
  const read = await readImageFile(file, address);
  if (json) {
    console.log(JSON.stringify(describeImage(read)));
    return;
  }
  console.log(imageSheet(read));
  if (part !== null) console.log(`\n${imageOnPart(read, part)}`);
  if (read.image.format === 'bin' && address === null)
    console.log(
      'A raw binary does not say where it belongs: the addresses above count from 0. Give --address to flash it.',
    );
}

async function partNamed(name: string, file: string): Promise<Part> {
  const parts = await readPartsFile(file);
  const part = parts.find((one) => one.name === name);
  if (part !== undefined) return part;
  const known = parts.map((one) => one.name).join(', ');
  throw new Fault('USAGE', { part: name.slice(0, 64), reason: 'there is no such part', known });
}

async function infoOnBoards(boards: ChosenBoards, { json }: InfoOptions): Promise<number> {
  const { bus, devices } = boards;
  const reports = await workOn(boards, { kind: 'inspect' }, { json: true });
  const seen = reports.map((report, index) => ({ names: namesOf(bus, devices[index]?.path ?? ''), report }));
  console.log(
    json
      ? JSON.stringify({ boards: seen.map(({ names, report }) => describeBoard(names, report)) })
      : seen.map(({ names, report }) => boardSheet(names.label, report)).join('\n\n'),
  );
  return reports.every(({ fault }) => fault === null) ? EXIT.ok : EXIT.notPassed;
}
