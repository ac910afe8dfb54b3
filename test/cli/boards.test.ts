import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, programmed, readImage, writeImage } from '@flashline/firmware';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BLINKY, Line } from '../support/line.ts';
import { type Finished, flashline, Running } from '../support/processes.ts';

const FLASH = { address: 0x0800_0000, length: 1024 * 1024 };
let line: Line;
let one: string;
let two: string;

beforeEach(async () => {
  line = await Line.open(2);
  [one = '', two = ''] = line.paths;
});
afterEach(() => line.close());

/** Runs a command on the bench of this test, with its data in the folder of this test. */
function run(command: string, ...args: string[]): Promise<Finished> {
  const keepsData = ['flash', 'erase'].includes(command);
  const bench = ['--virtual-bench', line.benchAddress, '--virtual-speed', '0'];
  return flashline([command, ...args, ...bench, ...(keepsData ? ['--data', line.folder] : [])]);
}

async function results(finished: Finished | Promise<Finished>): Promise<Record<string, unknown>[]> {
  return (JSON.parse((await finished).stdout) as { results: Record<string, unknown>[] }).results;
}

async function bytesOf(path: string, address: number, length: number): Promise<Uint8Array> {
  const { bytes } = await line.bench.inspect(path, { address, length, withBytes: true });
  if (bytes === null) throw new Error('no bytes');
  return bytes;
}

function inFolder(name: string): string {
  return join(line.folder, name);
}

/** What flashes and erases have left in the data folder. */
async function leftovers(): Promise<string[]> {
  const names = await readdir(line.folder, { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describe('flash', () => {
  test('programs several images with patches as one, and names every file', async () => {
    await line.plug(one);
    const app = Uint8Array.from({ length: 5000 }, (_, n) => (n * 7) & 0xff);
    await writeFile(inFolder('app.bin'), app);
    const images = [BLINKY, `${inFolder('app.bin')}@0x08040000`, '--patch', '0x0801c000=534e3031'];
    const [result] = await results(run('flash', ...images, '--json'));
    expect(result).toMatchObject({ outcome: 'pass', image: { bytes: 82_108 + 5000 + 4 } });
    const { files } = result?.image as { files: { file: string; sha256: string; address: string | null }[] };
    expect(files).toEqual([
      { file: BLINKY, sha256: createHash('sha256').update(await readFile(BLINKY)).digest('hex'), address: null },
      { file: inFolder('app.bin'), sha256: createHash('sha256').update(app).digest('hex'), address: '0x08040000' },
    ]);
    expect(await line.isFlashed(one)).toBe(true);
    expect(await bytesOf(one, 0x0804_0000, app.length)).toEqual(app);
    expect(Buffer.from(await bytesOf(one, 0x0801_c000, 4)).toString()).toBe('SN01');
  });

  test('keeps what it is told to preserve, and leaves nothing behind once the board has it again', async () => {
    await line.plug(one);
    const before = await bytesOf(one, 0x0801_e000, 4096);
    const { code } = await run('flash', BLINKY, '--preserve', '0x0801e000+4K');
    expect(code).toBe(0);
    expect(await bytesOf(one, 0x0801_e000, 4096)).toEqual(before);
    expect(await line.isFlashed(one)).toBe(true);
    expect(await leftovers()).toEqual([]);
  });

  test('says where the preserved bytes are when the board did not get them back', async () => {
    // Everything past 0x0801e000 in this sector is lost when it is written.
    await line.plug(one, { misbehaviours: [{ kind: 'silent-write-loss', address: 0x0801_e000, length: 4096 }] });
    const before = await bytesOf(one, 0x0801_e000, 4096);
    const finished = await run('flash', BLINKY, '--preserve', '0x0801e000+4K', '--json');
    expect(finished.code).toBe(1);
    const [{ preserved } = {}] = await results(finished);
    expect(finished.stderr).toContain(`A1: what was to be preserved is in ${preserved}`);
    const kept = programmed(readImage(await readFile(String(preserved)), { name: 'kept.hex' }));
    expect(kept.map(({ address }) => address)).toEqual([0x0801_e000]);
    expect(Buffer.compare(kept[0]?.data ?? new Uint8Array(), before)).toBe(0);
  });

  test('takes a recipe, which options go before', async () => {
    await line.plug(one);
    await writeFile(inFolder('recipe.yaml'), 'erase: none\n');
    const refused = await results(run('flash', BLINKY, '--recipe', inFolder('recipe.yaml'), '--json'));
    expect(refused).toMatchObject([{ outcome: 'fail', fault: 'FLASH_NOT_BLANK' }]);
    const { code } = await run('flash', BLINKY, '--recipe', inFolder('recipe.yaml'), '--erase', 'needed');
    expect(code).toBe(0);
  });

  test('may leave boards in their bootloader', async () => {
    await line.plug(one);
    expect((await run('flash', BLINKY, '--stay')).code).toBe(0);
    expect((await line.bench.list()).map(({ mode }) => mode)).toEqual(['dfu']);
    expect((await run('verify', BLINKY)).code).toBe(0);
  });

  test('unprotects boards only when it is told to', async () => {
    await line.plug(one, { misbehaviours: [{ kind: 'read-protected' }] });
    expect(await results(run('flash', BLINKY, '--json'))).toMatchObject([{ fault: 'BOARD_READ_PROTECTED' }]);
    expect(await results(run('flash', BLINKY, '--unprotect', '--json'))).toMatchObject([{ outcome: 'pass' }]);
    expect(await line.isFlashed(one)).toBe(true);
  });

  test('takes boards of one kind at a time', async () => {
    await line.plug(one);
    await line.plug(two, { part: 'AT32F415' });
    const { code, stderr } = await run('flash', BLINKY, '--all');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^USAGE: .*0483:df11 2e3c:df11/);
  });

  test('does not believe a board on which a flash was interrupted, until it has passed', async () => {
    await line.plug(one, { contents: 'blank' });
    const bench = ['--virtual-bench', line.benchAddress, '--data', line.folder, '--virtual-speed', '20'];
    const interrupted = new Running(['flash', BLINKY, ...bench]);
    await new Promise<void>((resolve) => {
      interrupted.child.stderr?.on('data', () => {
        if (/A1: write/.test(interrupted.stderr)) resolve();
      });
    });
    await interrupted.kill();
    expect(await readdir(inFolder('virtual/touched'))).toHaveLength(1);
    // The same chip, blank again as far as anybody can read.
    await line.bench.unplug(one);
    await line.plug(one, { contents: 'blank' });
    const erased = (found: Record<string, unknown>[]) =>
      (found[0]?.phases as { name: string; bytes: number }[]).find(({ name }) => name === 'erase')?.bytes;
    expect(erased(await results(run('flash', BLINKY, '--json')))).toBeGreaterThan(82_108);
    expect(await leftovers()).toEqual([]);
    await line.bench.unplug(one);
    await line.plug(one, { contents: 'blank' });
    expect(erased(await results(run('flash', BLINKY, '--json')))).toBe(0);
  });
});

describe('verify', () => {
  test('tells the boards that hold an image from those that do not, and changes neither', async () => {
    await line.plug(one);
    await line.plug(two);
    await run('flash', BLINKY, '--slot', 'A1', '--stay');
    const before = await line.bench.inspect(two, FLASH);
    const finished = await run('verify', BLINKY, '--all', '--json');
    expect(finished.code).toBe(1);
    const digest = digestOf(programmed(readImage(await readFile(BLINKY))));
    expect(await results(finished)).toMatchObject([
      { slot: one, outcome: 'pass', fault: null, readback: { sha256: digest.sha256 } },
      { slot: two, outcome: 'fail', fault: 'VERIFY_MISMATCH', readback: null },
    ]);
    expect(await line.bench.inspect(two, FLASH)).toEqual(before);
  });

  test('finds one flipped bit, and counts patches in', async () => {
    await line.plug(one);
    await run('flash', BLINKY, '--stay');
    const text = await run('verify', BLINKY, '--patch', '0x08008000=ff');
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(/A1: VERIFY_MISMATCH \(.*address: 0x08008000/);
  });
});

describe('read', () => {
  test.each(['hex', 'srec', 'dfu'])('saves as .%s what was flashed', async (extension) => {
    await line.plug(one);
    await run('flash', BLINKY, '--stay');
    const image = programmed(readImage(await readFile(BLINKY)));
    const ranges = image.flatMap(({ address, data }) => ['--range', `0x${address.toString(16)}+${data.length}`]);
    const path = inFolder(`board.${extension}`);
    const { code } = await run('read', '-o', path, ...ranges);
    expect(code).toBe(0);
    expect(digestOf(programmed(readImage(await readFile(path), { name: path })))).toEqual(digestOf(image));
  });

  test('saves a whole flash as a raw binary, each board its own', async () => {
    await line.plug(one);
    await line.plug(two, { seed: 2 });
    const finished = await run('read', '--all', '-o', inFolder('board.bin'), '--json');
    expect(finished.code).toBe(0);
    const found = (await results(finished)).map(({ file }) => file);
    expect(found).toEqual([inFolder('board-A1.bin'), inFolder('board-A2.bin')]);
    for (const [path, label] of [
      [one, 'A1'],
      [two, 'A2'],
    ] as const) {
      const saved = createHash('sha256').update(await readFile(inFolder(`board-${label}.bin`))).digest('hex');
      expect(saved).toBe((await line.bench.inspect(path, FLASH)).sha256);
    }
  });

  test('shows few bytes as they are, and more by their checksums', async () => {
    await line.plug(one);
    const bytes = await bytesOf(one, 0x0800_0000, 32);
    const small = await run('read', '--range', '0x08000000+32');
    const hex = Buffer.from(bytes.subarray(16)).toString('hex').replaceAll(/(..)(?=.)/g, '$1 ');
    expect(small.stdout).toContain(`0x08000010  ${hex}  `);
    expect(await results(run('read', '--range', '0x08000000+32', '--json'))).toMatchObject([
      { ranges: [{ address: 0x0800_0000, bytes: 32, data: Buffer.from(bytes).toString('hex') }] },
    ]);
    const { sha256 } = await line.bench.inspect(one, FLASH);
    expect((await run('read')).stdout).toContain(sha256);
    expect(await results(run('read', '--json'))).toMatchObject([{ ranges: [{ bytes: FLASH.length, sha256, data: null }] }]);
  });

  test('reads option bytes and one-time programmable memory', async () => {
    await line.plug(one);
    const [options] = await results(run('read', '--memory', 'option-bytes', '--json'));
    expect(options).toMatchObject({ fault: null, ranges: [{ address: 0x1fff_c000, bytes: 16 }] });
    const [otp] = await results(run('read', '--memory', 'otp', '--range', '0x1fff7800+512', '--json'));
    expect(otp).toMatchObject({ ranges: [{ address: 0x1fff_7800, bytes: 512, data: 'ff'.repeat(512) }] });
  });

  test('a board that cannot be read is told, and the others are saved', async () => {
    await line.plug(one, { misbehaviours: [{ kind: 'read-protected' }] });
    await line.plug(two);
    const finished = await run('read', '--all', '-o', inFolder('board.hex'), '--range', '0x08000000+1K');
    expect(finished.code).toBe(1);
    expect(finished.stdout).toContain('BOARD_READ_PROTECTED');
    expect(await leftovers()).toEqual(['board-A2.hex']);
  });
});

describe('erase', () => {
  test('takes the whole flash, and the board is blank', async () => {
    await line.plug(one);
    const finished = await run('erase', '--all-flash', '--slot', 'A1', '--yes', '--json');
    expect(finished.code).toBe(0);
    expect(await results(finished)).toMatchObject([
      { slot: one, outcome: 'pass', erased: [{ address: FLASH.address, bytes: FLASH.length }] },
    ]);
    const blank = createHash('sha256').update(new Uint8Array(FLASH.length).fill(0xff)).digest('hex');
    expect((await line.bench.inspect(one, FLASH)).sha256).toBe(blank);
    expect(await leftovers()).toEqual([]);
  });

  test('takes the sectors that a range touches, and no other', async () => {
    await line.plug(one);
    const rest = { address: 0x0800_8000, length: FLASH.length - 0x8000 };
    const before = await line.bench.inspect(one, rest);
    const finished = await run('erase', '--range', '0x08003fff-0x08004000', '--all', '--yes', '--json');
    expect(await results(finished)).toMatchObject([{ erased: [{ address: 0x0800_0000, bytes: 0x8000 }] }]);
    expect(await bytesOf(one, 0x0800_0000, 0x8000)).toEqual(new Uint8Array(0x8000).fill(0xff));
    expect(await line.bench.inspect(one, rest)).toEqual(before);
  });

  test('a sector that does not go blank is told', async () => {
    await line.plug(one, { misbehaviours: [{ kind: 'silent-erase-failure', address: 0x0800_0000, length: 16 }] });
    const finished = await run('erase', '--range', '0x08000000+1', '--all', '--yes', '--json');
    expect(finished.code).toBe(1);
    expect(await results(finished)).toMatchObject([{ outcome: 'fail', fault: 'ERASE_REFUSED', erased: null }]);
  });
});

describe('info and list', () => {
  test('tell what a board says about itself, and change nothing', async () => {
    await line.plug(one);
    const before = await line.bench.inspect(one, FLASH);
    const { code, stdout } = await run('info', '--json');
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
    const text = await run('info');
    expect(text.stdout).toContain('0x08000000-0x0800ffff  4 x  16 KB  rew');
    expect(text.stdout).toMatch(/read protected +no/);
    expect(await line.bench.inspect(one, FLASH)).toEqual(before);
  });

  test('a part that nobody knows and a locked board are warned of', async () => {
    await line.plug(one, { misbehaviours: [{ kind: 'read-protected' }] });
    await writeFile(
      inFolder('parts.yaml'),
      "parts:\n  - { name: X, match: { id: 1234:5678, layouts: ['@X'] }, timing: { erasePerSectorMs: 1, erasePerKibMs: 1, writePerKibMs: 1 } }\n",
    );
    const { stdout } = await run('info', '--parts', inFolder('parts.yaml'));
    expect(stdout).toMatch(/warning: .*not in the parts file/);
    expect(stdout).toMatch(/warning: .*--unprotect/);
  });

  test('list --map draws each board, and says of one that is in use that it is busy', async () => {
    await line.plug(one);
    await line.plug(two);
    const port = await line.bench.open(two);
    try {
      const { code, stdout } = await run('list', '--map');
      expect(code).toBe(0);
      expect(stdout).toMatch(/A1: F405\/F407\nInternal Flash, 1 MB\n0x08000000-0x0800ffff/);
      expect(stdout).toContain('A2: busy');
      const listed = JSON.parse((await run('list', '--map', '--json')).stdout) as { devices: unknown[] };
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

test('virtual boards of any part can be tried, blank or used', async () => {
  const virtual = ['--virtual', '2', '--all', '--virtual-part', 'G474', '--virtual-speed', '0', '--json'];
  const flashed = await flashline(['flash', BLINKY, ...virtual, '--virtual-contents', 'blank']);
  expect(await results(flashed)).toMatchObject([{ outcome: 'pass' }, { outcome: 'pass' }]);
  const { boards } = JSON.parse((await flashline(['info', ...virtual])).stdout) as { boards: unknown[] };
  expect(boards).toMatchObject([{ part: 'G474' }, { part: 'G474' }]);
});

test('an image in any format is flashed as the same bytes', async () => {
  const ranges = programmed(readImage(await readFile(BLINKY)));
  await mkdir(inFolder('images'));
  for (const format of ['srec', 'dfu'] as const) {
    await writeFile(inFolder(`images/blinky.${format}`), writeImage(ranges, format));
    await line.plug(one);
    const [result] = await results(run('flash', inFolder(`images/blinky.${format}`), '--json'));
    expect(result).toMatchObject({ outcome: 'pass', image: { sha256: digestOf(ranges).sha256 } });
    await line.bench.unplug(one);
  }
});
