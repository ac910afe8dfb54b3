import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Part } from '@flashline/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { readPartsFile } from './parts-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flashline-parts-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const TIMING = 'timing: { erasePerSectorMs: 1, erasePerKibMs: 2, writePerKibMs: 3 }';

interface Entry {
  readonly name?: string;
  readonly match?: string;
  readonly more?: string;
}

/** One entry of a parts file; what is not given is the same in each. */
function entry({ name = 'X1', match = "id: 0483:df11, layouts: ['@X/0x0/1*1Kg']", more = '' }: Entry = {}): string {
  return `  - name: ${name}\n    match: { ${match} }\n    ${TIMING}\n${more}`;
}

async function parts(...entries: readonly string[]): Promise<readonly Part[]> {
  const path = join(folder, 'parts.yaml');
  await writeFile(path, `parts:\n${entries.join('')}`);
  return readPartsFile(path);
}

async function expectRefusal(entries: readonly string[], details: Record<string, unknown>): Promise<void> {
  await expect(parts(...entries)).rejects.toMatchObject({ code: 'CONFIG_INVALID', details });
}

test('an entry becomes a part: its id vendor and product, its hex numbers addresses, the rest the defaults', async () => {
  const more = '    optionBytes: { address: 0x1FFFC000, bytes: 16, rdp: { offset: 1, permanent: null } }\n';
  const [part] = await parts(
    entry({ match: "id: 28E9:0189, bcdDevice: [0x1000], layouts: ['@X/0x0/1*1Kg'], alternates: [b]", more }),
  );
  const plain: z.input<typeof Part> = {
    name: 'X1',
    match: { vendorId: 0x28e9, productId: 0x0189, bcdDevice: [0x1000], layouts: ['@X/0x0/1*1Kg'], alternates: ['b'] },
    optionBytes: { address: 0x1fff_c000, bytes: 16, rdp: { offset: 1, permanent: null } },
    timing: { erasePerSectorMs: 1, erasePerKibMs: 2, writePerKibMs: 3 },
  };
  expect(part).toEqual(Part.parse(plain));
});

describe('an entry that is wrong is refused with its place', () => {
  test.each([
    ['an id that is none', entry({ match: "id: 0483-df11, layouts: ['@X/0x0/1*1Kg']" }), 'parts.0.match.id'],
    ['an id that YAML reads as a number', entry({ match: "id: 4830, layouts: ['@X/0x0/1*1Kg']" }), 'parts.0.match.id'],
    ['vendor and product apart', entry({ match: 'vendorId: 1, productId: 2, layouts: [a]' }), 'parts.0.match.id'],
    ['no layout', entry({ match: 'id: 0483:df11, layouts: []' }), 'parts.0.match.layouts'],
    ['a field nobody knows', entry({ more: '    erasedbyte: 0x00\n' }), 'parts.0.erasedbyte'],
    ['a field nobody knows, further in', entry({ match: 'id: 0483:df11, layouts: [a], rev: 1' }), 'parts.0.match.rev'],
    ['an erased byte that no flash has', entry({ more: '    erasedByte: 0x55\n' }), 'parts.0.erasedByte'],
    [
      'an address of more than 32 bits',
      entry({ more: '    otp: { address: 0x108000000, bytes: 1 }\n' }),
      'parts.0.otp.address',
    ],
  ])('%s', async (_what, text, field) => {
    await expectRefusal([text], { field, line: expect.any(Number) as unknown });
  });

  test('a file without parts', async () => {
    await expect(parts()).rejects.toMatchObject({ code: 'CONFIG_INVALID', details: { field: 'parts' } });
  });
});

describe('of two entries that nobody could choose from both are named', () => {
  const twice = (first: string, second: string) => [
    entry({ name: 'A', match: first }),
    entry({ name: 'B', match: second }),
  ];
  const clash = { field: 'parts.1', reason: expect.stringMatching(/"B".*"A"/) as unknown };

  test('the same name', async () => {
    const other = entry({ match: "id: 0483:df11, layouts: ['@Y/0x0/1*1Kg']" });
    await expectRefusal([entry(), other], { field: 'parts.1', reason: expect.stringContaining('"X1"') as unknown });
  });

  test.each([
    ['one layout', 'id: 0483:df11, layouts: [a, b]', 'id: 0483:df11, layouts: [b, c]'],
    ['a layout with other spaces', "id: 0483:df11, layouts: ['@X  /0x0 ']", "id: 0483:DF11, layouts: ['@X /0x0']"],
    ['one bcdDevice', 'id: 0483:df11, bcdDevice: [1, 2], layouts: [a]', 'id: 0483:df11, bcdDevice: [2], layouts: [a]'],
    ['any bcdDevice', 'id: 0483:df11, layouts: [a]', 'id: 0483:df11, bcdDevice: [2], layouts: [a]'],
    ['any alternates', 'id: 0483:df11, layouts: [a]', 'id: 0483:df11, layouts: [a], alternates: [b]'],
    [
      'the same alternates in another order, with other spaces',
      "id: 0483:df11, layouts: [a], alternates: ['@O  /0x0', c]",
      "id: 0483:df11, layouts: [a], alternates: [c, '@O /0x0']",
    ],
  ])('%s', async (_what, first, second) => {
    await expectRefusal(twice(first, second), clash);
  });

  test.each([
    ['other layouts', 'id: 0483:df11, layouts: [a]', 'id: 0483:df11, layouts: [b]'],
    ['spaces where there were none', "id: 0483:df11, layouts: ['@X/0x0']", "id: 0483:df11, layouts: ['@X /0x0']"],
    ['another product', 'id: 0483:df11, layouts: [a]', 'id: 0483:df12, layouts: [a]'],
    ['another vendor', 'id: 0483:df11, layouts: [a]', 'id: 2e3c:df11, layouts: [a]'],
    ['another bcdDevice', 'id: 28e9:0189, bcdDevice: [1], layouts: [a]', 'id: 28e9:0189, bcdDevice: [2], layouts: [a]'],
    [
      'other alternates',
      'id: 0483:df11, layouts: [a], alternates: [b]',
      'id: 0483:df11, layouts: [a], alternates: [c]',
    ],
    [
      'one alternate more often',
      'id: 0483:df11, layouts: [a], alternates: [a]',
      'id: 0483:df11, layouts: [a], alternates: [a, a]',
    ],
    [
      'no alternate at all',
      'id: 0483:df11, layouts: [a], alternates: []',
      'id: 0483:df11, layouts: [a], alternates: [b]',
    ],
  ])('but not: %s', async (_what, first, second) => {
    expect(await parts(...twice(first, second))).toHaveLength(2);
  });
});
