import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';

/** Native code finds its library beside its own file. */
const EXTERNAL = ['usb', 'serialport', 'better-sqlite3'];

const PROGRAMS = /flashline\.mjs$|-process\.ts$|cli\/src\/main\.ts$|scenarios\/|inside\.ts$/;

/**
 * Makes one file of each program, and of each that it starts. Under emulation Node.js takes half a minute to find, read and
 * strip the hundred files of a program, and seconds to read one.
 */
export async function bundlePrograms(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const bundle = await rolldown({
    input: { ...files },
    platform: 'node',
    external: EXTERNAL,
    plugins: [KEEPS_PLACES],
    // A module of which nothing is used is not needed for what it does when it is loaded: only programs do anything then.
    treeshake: { moduleSideEffects: (id) => PROGRAMS.test(id) },
  });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' });
  await bundle.close();
}

const PROGRAM = /new URL\('(\.[^']+\.m?[jt]s)', import\.meta\.url\)/g;

/** Our modules find what is beside their sources, as if they were not bundled; where one names a program, it gets the bundled one. */
const KEEPS_PLACES: Plugin = {
  name: 'keeps-places',
  transform(code, id) {
    if (!code.includes('import.meta.') || id.includes('/node_modules/')) return null;
    return code
      .replaceAll(PROGRAM, (_, file: string) => {
        const program = this.emitFile({ type: 'chunk', id: join(dirname(id), file) });
        return `import.meta.ROLLUP_FILE_URL_${program}`;
      })
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
      .replaceAll('import.meta.dirname', JSON.stringify(dirname(id)));
  },
};
