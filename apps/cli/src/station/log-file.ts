import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';

/** The log of a station beside its records: stdout belongs to people. A line that cannot be written is lost, and the line goes on. */
export function openLog(folder: string): Logger {
  const file = openSync(join(folder, 'flashline.log'), 'a');
  const write = (line: string) => {
    try {
      writeSync(file, line);
    } catch {
      // A full disk must stop new records, which the ledger sees to, and never the process that reports it.
    }
  };
  return pino({ level: process.env.FLASHLINE_LOG_LEVEL ?? 'info' }, { write });
}
