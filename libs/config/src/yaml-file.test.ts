import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '@flashline/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseYaml, readYamlFile } from './yaml-file.ts';

const BYTES_MAX = 64 * 1024;
const Shelf = z.strictObject({ name: z.string().min(1), boxes: z.array(z.strictObject({ at: z.int() })).default([]) });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flashline-config-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function saved(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** What a text is refused with: the facts of a CONFIG_INVALID. */
function refusal(text: string): Record<string, unknown> {
  try {
    parseYaml(text, Shelf, 'shelf.yaml');
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'CONFIG_INVALID') return { ...thrown.details };
    throw thrown;
  }
  throw new Error('it was accepted');
}

test('a file is read, checked, and comes with what its schema fills in', async () => {
  const path = await saved('good.yaml', '# a shelf\nname: Größe\n');
  expect(await readYamlFile(path, Shelf, { bytesMax: BYTES_MAX })).toEqual({ name: 'Größe', boxes: [] });
});

describe('a file that cannot be read', () => {
  test.each(['nowhere.yaml', '.'])('is FILE_UNREADABLE: %s', async (name) => {
    const path = join(folder, name);
    await expect(readYamlFile(path, Shelf, { bytesMax: BYTES_MAX })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      details: { file: path },
    });
  });

  test('is CONFIG_INVALID when it is not text', async () => {
    const path = await saved('binary.yaml', Uint8Array.of(0x6e, 0xff, 0xfe));
    await expect(readYamlFile(path, Shelf, { bytesMax: BYTES_MAX })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { file: path },
    });
  });

  test('is CONFIG_INVALID from its first byte too many on, and no more of it is read', async () => {
    const text = 'name: x\n';
    const path = await saved('long.yaml', text);
    expect(await readYamlFile(path, Shelf, { bytesMax: text.length })).toMatchObject({ name: 'x' });
    await expect(readYamlFile(path, Shelf, { bytesMax: text.length - 1 })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { file: path, reason: expect.stringContaining('7 bytes') as unknown },
    });
  });

  test.runIf(process.platform === 'linux')('may even have no end', async () => {
    await expect(readYamlFile('/dev/zero', Shelf, { bytesMax: BYTES_MAX })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });
});

describe('what is wrong is named with its file, field, line and reason', () => {
  test.each([
    ['a wrong value', 'name: x\nboxes:\n  - at: 1\n  - at: one\n', 'boxes.1.at', 4],
    ['a field nobody knows', 'name: x\n\ncolour: red\n', 'colour', 3],
    ['a field nobody knows, further in', 'name: x\nboxes:\n  - { at: 1, of: 2 }\n', 'boxes.0.of', 3],
    ['a field that is missing in an entry', 'name: x\nboxes:\n  -\n    {}\n', 'boxes.0.at', 4],
    ['a merge key, which YAML 1.2 does not have', 'name: x\n<<: { boxes: [] }\n', '<<', 2],
    ['a prototype', 'name: x\n__proto__: { boxes: [] }\n', '__proto__', 2],
  ])('%s', (_what, text, field, line) => {
    expect(refusal(text)).toMatchObject({ file: 'shelf.yaml', field, line, reason: expect.any(String) as unknown });
  });

  test('a field that is missing everywhere has no line', () => {
    expect(refusal('boxes: []\n')).toEqual({
      file: 'shelf.yaml',
      field: 'name',
      reason: expect.any(String) as unknown,
    });
  });

  test('a file that is something else altogether has no field', () => {
    expect(refusal('- 1\n')).toEqual({ file: 'shelf.yaml', reason: expect.any(String) as unknown });
    expect(refusal('')).not.toHaveProperty('field');
  });

  test.each([
    ['not YAML', 'name: x\nboxes: ]\n', 2],
    ['two documents', 'name: x\n---\nname: y\n', 2],
    ['the same key twice', 'name: x\nboxes: []\nname: y\n', 3],
    ['the same key twice, further in', 'name: x\nboxes:\n  - { at: 1, at: 2 }\n', 3],
    ['a tag nobody knows', 'name: !!js/function x\n', 1],
  ])('%s has a line and no field', (_what, text, line) => {
    const facts = refusal(text);
    expect(facts).toMatchObject({ file: 'shelf.yaml', line });
    expect(facts).not.toHaveProperty('field');
  });

  test('names as long as a file are cut', () => {
    const key = 'k'.repeat(10_000);
    expect(JSON.stringify(refusal(`name: x\n${key}: 1\n`)).length).toBeLessThan(1000);
    expect(JSON.stringify(refusal(`name: x\n${key}: 1\n${key}: 2\n`)).length).toBeLessThan(1000);
  });
});

describe('a small file that would become a huge object, or take long', () => {
  test('aliases are refused, however few', () => {
    expect(refusal('name: &n x\nboxes: *n\n')).toMatchObject({ file: 'shelf.yaml' });
  });

  test.each([
    ['thousands of brackets', '['.repeat(50_000)],
    ['thousands of open mappings', '{a: '.repeat(20_000)],
    ['thousands of dashes', '- '.repeat(30_000)],
    ['a number without end', `name: 0x${'f'.repeat(60_000)}`],
  ])('%s are refused', (_what, text) => {
    expect(refusal(text)).toMatchObject({ file: 'shelf.yaml' });
  });
});
