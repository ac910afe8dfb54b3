import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';

/** Native code finds its library beside its own file. */
const EXTERNAL = ['serialport', 'better-sqlite3'];
/** Every port host loads it: its twenty small files would take longer to find than all of ours. */
const MERGED = /\/node_modules\/(usb|node-gyp-build)\//;
/** What does something when it is loaded. */
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
    // Of the others only what is used is kept.
    treeshake: { moduleSideEffects: (id) => PROGRAMS.test(id) || MERGED.test(id) },
  });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' });
  await bundle.close();
}

const PROGRAM = /new URL\('(\.[^']+\.m?[jt]s)', import\.meta\.url\)/g;

/** Modules find what is beside their sources, as if they were not bundled; where one names a program, it gets the bundled one. */
const KEEPS_PLACES: Plugin = {
  name: 'keeps-places',
  transform(code, id) {
    if (MERGED.test(id)) return code.replaceAll('__dirname', JSON.stringify(dirname(id)));
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
