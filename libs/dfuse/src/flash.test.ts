import { ApplicationCheck, Recipe } from '@flashline/contracts';
import { describe, expect, test } from 'vitest';
import { type AttemptReport, runAttempt } from './attempt.ts';
import type { BoardRecipe } from './plan/flash-plan.ts';
import type { BusDevice } from './port.ts';
import { bytesAt, madeImage } from './testing/made-image.ts';
import { madePart } from './testing/made-part.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { PlainDevice } from './testing/plain-device.ts';
import { busOf, SCENE_PATH, seen } from './testing/port-scene.ts';

const FLASH = '@made/0x1000/1*1Kg';
const IMAGE = bytesAt(0x1000, 512);
const OPTIONS = 0x2000;
const PART = madePart({
  match: { vendorId: 1, productId: 1, layouts: [FLASH] },
  optionBytes: { address: OPTIONS, bytes: 16, rdp: { offset: 0, open: 0xaa, permanent: 0xcc } },
});

/** RDP level 2: the chip leaves its bootloader when that is written, and never has one again. */
const LOCK: Pick<BoardRecipe, 'lock' | 'permanent'> = {
  lock: [{ memory: 'option-bytes', address: OPTIONS, data: 'cc' }],
  permanent: true,
};
const APPLICATION = { application: ApplicationCheck.parse({ deadlineMs: 3_000 }) };
const APP = seen(6, 'application');

interface Scene {
  readonly recipe: Partial<BoardRecipe>;
  /** What the port shows once all is written. */
  readonly looks: readonly (BusDevice | undefined)[];
  readonly leave?: boolean;
  readonly ranAs?: { readonly address: number; readonly usbSerial: string | null };
}

interface Seen {
  readonly report: AttemptReport;
  readonly phases: readonly string[];
  /** How often the port was looked at once all was written. */
  readonly looked: number;
}

/** A board that holds the image already and is locked, or told to leave. */
async function flashed({ recipe, looks, leave = false, ranAs }: Scene): Promise<Seen> {
  const clock = new ManualClock();
  const memory = (address: number) => (address === OPTIONS ? 0xaa : (IMAGE.data[address - IMAGE.address] ?? 0xff));
  const alternates = [FLASH, '@Option Bytes/0x2000/01*016 e'].map((name, alternate) => ({ alternate, name }));
  const device = new PlainDevice(clock, memory, alternates);
  const bus = busOf([seen(5), ...looks]);
  const report = await runAttempt(
    { ...bus, open: () => Promise.resolve(device) },
    SCENE_PATH,
    {
      image: madeImage(IMAGE),
      board: { vendorId: 1, productId: 1, bcdDevice: null, layout: null },
      leave,
      recipe: { ...Recipe.parse({}), ...recipe },
      ...(ranAs && { ranAs }),
    },
    { clock, signal: new AbortController().signal, onProgress: () => undefined, parts: [PART] },
  );
  return { report, phases: report.phases.map(({ name }) => name).slice(5), looked: bus.looked() - 1 };
}

describe('a board that leaves by its lock', () => {
  test('passes once it was seen to, which takes one watch', async () => {
    const { report, phases, looked } = await flashed({ recipe: LOCK, looks: [undefined, undefined, APP] });
    expect(report).toMatchObject({ outcome: 'pass', application: null, locked: [{ after: null }] });
    expect([phases, looked]).toEqual([['lock', 'confirm'], 3]);
  });

  test('passes without a firmware where none is looked for', async () => {
    expect((await flashed({ recipe: LOCK, looks: [undefined] })).report).toMatchObject({ outcome: 'pass' });
  });

  test('does not pass while it stays in its bootloader, or comes back to it', async () => {
    for (const looks of [[seen(5)], [undefined, seen(6)]])
      expect((await flashed({ recipe: LOCK, looks })).report).toMatchObject({
        outcome: 'fail',
        fault: 'LEAVE_REFUSED',
      });
  });

  test('must come up with the firmware that the recipe looks for', async () => {
    const recipe = { ...LOCK, ...APPLICATION };
    const { report, phases } = await flashed({ recipe, looks: [undefined, APP] });
    expect(report).toMatchObject({ outcome: 'pass', application: { vendorId: 1, productId: 1 } });
    expect(phases).toEqual(['lock', 'confirm']);
    const silent = await flashed({ recipe, looks: [undefined] });
    expect(silent.report).toMatchObject({ outcome: 'fail', fault: 'APPLICATION_SILENT', application: null });
  });

  test('must come up with any firmware when it was taken from its own', async () => {
    const ranAs = { address: 4, usbSerial: null };
    expect((await flashed({ recipe: LOCK, ranAs, looks: [undefined, APP] })).report.application).not.toBeNull();
    const silent = await flashed({ recipe: LOCK, ranAs, looks: [undefined] });
    expect(silent.report).toMatchObject({ outcome: 'fail', fault: 'APPLICATION_SILENT' });
  });

  test('is refused before anything is written when nobody knows what to look for', async () => {
    const application = ApplicationCheck.parse({ serial: 'unit' });
    const { report } = await flashed({ recipe: { ...LOCK, application }, looks: [undefined, APP] });
    expect(report).toMatchObject({ fault: 'RECIPE_REFUSED', faultDetails: { phase: 'plan' }, locked: [] });
  });
});

test('a board that is told to stay is not watched, whatever is to run some day', async () => {
  const { report, phases, looked } = await flashed({ recipe: APPLICATION, looks: [seen(5)] });
  expect(report).toMatchObject({ outcome: 'pass', application: null });
  expect([phases, looked]).toEqual([[], 0]);
});

test('a board that is told to leave is watched', async () => {
  const { report, phases } = await flashed({ recipe: APPLICATION, leave: true, looks: [seen(5), undefined, APP] });
  expect(report).toMatchObject({ outcome: 'pass', application: { vendorId: 1 } });
  expect(phases).toEqual(['leave', 'confirm']);
});
