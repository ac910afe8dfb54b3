import { readFileSync } from 'node:fs';

/** The root of the clone. */
export const ROOT = new URL('../../../', import.meta.url);

const manifest = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { version: string };

/** flashline's version, as records and `--version` tell it. */
export const VERSION = manifest.version;
