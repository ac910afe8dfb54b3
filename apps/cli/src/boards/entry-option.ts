import { BootloaderEntry } from '@flashline/contracts';
import { InvalidArgumentError, Option } from 'commander';

/** The ways to ask a running board, by the names that people type. */
const ENTRIES = {
  character: { by: 'character' },
  R: { by: 'character' },
  msp: { by: 'msp' },
  cli: { by: 'cli' },
  'cli-bl': { by: 'cli', hail: '#', command: 'bl' },
  'cli-dfu': { by: 'cli', hail: '####', command: 'dfu' },
  'touch-1200': { by: 'touch-1200' },
  'dfu-detach': { by: 'dfu-detach' },
} as const satisfies Record<string, Partial<BootloaderEntry>>;

/** How boards that run their firmware are asked into their bootloader. */
export function entryOption(flags: string): Option {
  const ways = Object.keys(ENTRIES).join(', ');
  return new Option(flags, `how to ask boards that run: ${ways}`).argParser(parseEntry);
}

function parseEntry(name: string): BootloaderEntry {
  if (!(name in ENTRIES)) throw new InvalidArgumentError(`It must be one of ${Object.keys(ENTRIES).join(', ')}.`);
  return BootloaderEntry.parse(ENTRIES[name as keyof typeof ENTRIES]);
}
