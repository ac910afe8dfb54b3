import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { digestOf, programmed, readImage } from '@flashline/firmware';
import { describe, expect } from 'vitest';
import { resultsOf } from '../support/direct.ts';
import { BLINKY } from '../support/line.ts';
import { flashline } from '../support/processes.ts';
import { test } from './two-slots.ts';

const FLASH = { address: 0x0800_0000, length: 1024 * 1024 };

describe('verify', () => {
  test('tells the boards that hold an image from those that do not, and changes neither', async ({
    line,
    direct,
    one,
    two,
  }) => {
    await line.plug(one);
    await line.plug(two);
    await direct.run('flash', BLINKY, '--slot', 'A1', '--stay');
    const before = await line.bench.inspect(two, FLASH);
    const finished = await direct.run('verify', BLINKY, '--all', '--json');
    expect(finished.code).toBe(1);
    const digest = digestOf(programmed(readImage(await readFile(BLINKY))));
    expect(resultsOf(finished)).toMatchObject([
      { slot: one, outcome: 'pass', fault: null, readback: { sha256: digest.sha256 } },
      { slot: two, outcome: 'fail', fault: 'VERIFY_MISMATCH', readback: null },
    ]);
    expect(await line.bench.inspect(two, FLASH)).toEqual(before);
  });

  test('finds one flipped bit, and counts patches in', async ({ line, direct, one }) => {
    await line.plug(one);
    await direct.run('flash', BLINKY, '--stay');
    const text = await direct.run('verify', BLINKY, '--patch', '0x08008000=ff');
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(/A1: VERIFY_MISMATCH \(.*address: 0x08008000/);
  });
});

describe('read', () => {
  test.for(['hex', 'srec', 'dfu'])('saves as .%s what was flashed', async (extension, { line, direct, one }) => {
    await line.plug(one);
    await direct.run('flash', BLINKY, '--stay');
    const image = programmed(readImage(await readFile(BLINKY)));
    const ranges = image.flatMap(({ address, data }) => ['--range', `0x${address.toString(16)}+${data.length}`]);
    const path = direct.inFolder(`board.${extension}`);
    const { code } = await direct.run('read', '-o', path, ...ranges);
    expect(code).toBe(0);
    expect(digestOf(programmed(readImage(await readFile(path), { name: path })))).toEqual(digestOf(image));
  });

  test('saves a whole flash as a raw binary, each board its own', async ({ line, direct, one, two }) => {
    await line.plug(one);
    await line.plug(two, { seed: 2 });
    const finished = await direct.run('read', '--all', '-o', direct.inFolder('board.bin'), '--json');
    expect(finished.code).toBe(0);
    const found = resultsOf(finished).map(({ file }) => file);
    expect(found).toEqual([direct.inFolder('board-A1.bin'), direct.inFolder('board-A2.bin')]);
    for (const [path, label] of [
      [one, 'A1'],
      [two, 'A2'],
    ] as const) {
      const saved = createHash('sha256')
        .update(await readFile(direct.inFolder(`board-${label}.bin`)))
        .digest('hex');
      expect(saved).toBe((await line.bench.inspect(path, FLASH)).sha256);
    }
  });

  test('shows few bytes as they are, and more by their checksums', async ({ line, direct, one }) => {
    await line.plug(one);
    const bytes = await direct.bytesOf(one, 0x0800_0000, 32);
    const small = await direct.run('read', '--range', '0x08000000+32');
    const hex = Buffer.from(bytes.subarray(16))
      .toString('hex')
      .replaceAll(/(..)(?=.)/g, '$1 ');
    expect(small.stdout).toContain(`0x08000010  ${hex}  `);
    expect(await direct.results('read', '--range', '0x08000000+32')).toMatchObject([
      { ranges: [{ address: 0x0800_0000, bytes: 32, data: Buffer.from(bytes).toString('hex') }] },
    ]);
    const { sha256 } = await line.bench.inspect(one, FLASH);
    expect((await direct.run('read')).stdout).toContain(sha256);
    expect(await direct.results('read')).toMatchObject([{ ranges: [{ bytes: FLASH.length, sha256, data: null }] }]);
  });

  test('reads option bytes and one-time programmable memory', async ({ line, direct, one }) => {
    await line.plug(one);
    const [options] = await direct.results('read', '--memory', 'option-bytes');
    expect(options).toMatchObject({ fault: null, ranges: [{ address: 0x1fff_c000, bytes: 16 }] });
    const [otp] = await direct.results('read', '--memory', 'otp', '--range', '0x1fff7800+512');
    expect(otp).toMatchObject({ ranges: [{ address: 0x1fff_7800, bytes: 512, data: 'ff'.repeat(512) }] });
  });

  test('a board that cannot be read is told, and the others are saved', async ({ line, direct, one, two }) => {
    await line.plug(one, { misbehaviours: [{ kind: 'read-protected' }] });
    await line.plug(two);
    const finished = await direct.run('read', '--all', '-o', direct.inFolder('board.hex'), '--range', '0x08000000+1K');
    expect(finished.code).toBe(1);
    expect(finished.stdout).toContain('BOARD_READ_PROTECTED');
    expect(await direct.files()).toEqual(['board-A2.hex']);
  });
});

describe('erase', () => {
  test('takes the whole flash, and the board is blank', async ({ line, direct, one }) => {
    await line.plug(one);
    const finished = await direct.run('erase', '--all-flash', '--slot', 'A1', '--yes', '--json');
    expect(finished.code).toBe(0);
    expect(resultsOf(finished)).toMatchObject([
      { slot: one, outcome: 'pass', erased: [{ address: FLASH.address, bytes: FLASH.length }] },
    ]);
    const blank = createHash('sha256').update(new Uint8Array(FLASH.length).fill(0xff)).digest('hex');
    expect((await line.bench.inspect(one, FLASH)).sha256).toBe(blank);
    expect(await direct.files()).toEqual([]);
  });

  test('takes the sectors that a range touches, and no other', async ({ line, direct, one }) => {
    await line.plug(one);
    const rest = { address: 0x0800_8000, length: FLASH.length - 0x8000 };
    const before = await line.bench.inspect(one, rest);
    const finished = await direct.run('erase', '--range', '0x08003fff-0x08004000', '--all', '--yes', '--json');
    expect(resultsOf(finished)).toMatchObject([{ erased: [{ address: 0x0800_0000, bytes: 0x8000 }] }]);
    expect(await direct.bytesOf(one, 0x0800_0000, 0x8000)).toEqual(new Uint8Array(0x8000).fill(0xff));
    expect(await line.bench.inspect(one, rest)).toEqual(before);
  });

  test('a sector that does not go blank is told', async ({ line, direct, one }) => {
    await line.plug(one, { misbehaviours: [{ kind: 'silent-erase-failure', address: 0x0800_0000, length: 16 }] });
    const finished = await direct.run('erase', '--range', '0x08000000+1', '--all', '--yes', '--json');
    expect(finished.code).toBe(1);
    expect(resultsOf(finished)).toMatchObject([{ outcome: 'fail', fault: 'ERASE_REFUSED', erased: null }]);
  });
});

describe('info and list', () => {
  test('tell what a board says about itself, and change nothing', async ({ line, direct, one }) => {
    await line.plug(one);
    const before = await line.bench.inspect(one, FLASH);
    const { code, stdout } = await direct.run('info', '--json');
    expect(code).toBe(0);
    const { boards } = JSON.parse(stdout) as { boards: unknown[] };
    expect(boards).toMatchObject([
      {
        slot: one,
        part: 'F405/F407',
        functional: { transferSize: 2048, bcdDfu: 0x011a },
        isReadProtected: false,
        optionBytes: [{ address: 0x1fff_c000 }],
        memories: [{ address: FLASH.address }, {}, {}],
        warnings: [],
      },
    ]);
    const text = await direct.run('info');
    expect(text.stdout).toContain('0x08000000-0x0800ffff  4 x  16 KB  rew');
    expect(text.stdout).toMatch(/read protected +no/);
    expect(await line.bench.inspect(one, FLASH)).toEqual(before);
  });

  test('a part that nobody knows and a locked board are warned of', async ({ line, direct, one }) => {
    await line.plug(one, { misbehaviours: [{ kind: 'read-protected' }] });
    await writeFile(
      direct.inFolder('parts.yaml'),
      "parts:\n  - { name: X, match: { id: 1234:5678, layouts: ['@X'] }, timing: { erasePerSectorMs: 1, erasePerKibMs: 1, writePerKibMs: 1 } }\n",
    );
    const { stdout } = await direct.run('info', '--parts', direct.inFolder('parts.yaml'));
    expect(stdout).toMatch(/warning: .*not in the parts file/);
    expect(stdout).toMatch(/warning: .*--unprotect/);
  });

  test('list --map draws each board, and says of one that is in use that it is busy', async ({
    line,
    direct,
    one,
    two,
  }) => {
    await line.plug(one);
    await line.plug(two);
    const port = await line.bench.open(two);
    try {
      const { code, stdout } = await direct.run('list', '--map');
      expect(code).toBe(0);
      expect(stdout).toMatch(/A1: F405\/F407\nInternal Flash, 1 MB\n0x08000000-0x0800ffff/);
      expect(stdout).toContain('A2: busy');
      const listed = JSON.parse((await direct.run('list', '--map', '--json')).stdout) as { devices: unknown[] };
      expect(listed.devices).toMatchObject([{ told: { part: 'F405/F407' } }, { told: { fault: 'USB_BUSY' } }]);
    } finally {
      await port.close();
    }
  });

  test('info FILE --part draws what an image touches', async () => {
    const { code, stdout } = await flashline(['info', BLINKY, '--part', 'F405/F407']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/0x08000000-0x0800ffff {2}4 x {2}16 KB {2}rew {2}.* 3 touched/);
  });
});
