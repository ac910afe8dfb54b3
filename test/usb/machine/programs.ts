import { rolldown } from 'rolldown';

/**
 * Makes one file of each program. Under emulation Node.js takes half a minute to find, read and strip the hundred files of a
 * program, and seconds to read one.
 */
export async function bundlePrograms(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  // Native code finds its library beside its own file.
  const bundle = await rolldown({ input: { ...files }, platform: 'node', external: ['usb', 'serialport'] });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' });
  await bundle.close();
}
