import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the clone. */
export const ROOT = new URL('../../../', import.meta.url);

/** The parts that flashline knows when nobody names other ones. */
export const PARTS_FILE = fileURLToPath(new URL('config/parts.yaml', ROOT));

const manifest = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { version: string };

/** flashline's version, as records and `--version` tell it. */
export const VERSION = manifest.version;
