import { ApplicationCheck, Fault, type FaultCode, type RunningFirmware, type VersionCheck } from '@flashline/contracts';
import { describe, expect, test } from 'vitest';
import { PHASE_LIMITS } from '../phases/limits.ts';
import type { BusDevice } from '../port.ts';
import { Bounds } from '../protocol/bounds.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { busOf, SCENE_PATH, seen } from '../testing/port-scene.ts';
import { type ExpectedFirmware, requireKnowable, seeRunning } from './running-firmware.ts';

const BOOTLOADER = seen(5);
const APP = seen(6, 'application', { vendorId: 0x0483, productId: 0x5740, usbSerial: '204A33' });
const CHECK = ApplicationCheck.parse({ deadlineMs: 2_000 });

/** What firmware answers to a question that is limited to so many milliseconds. */
type Lines = (limitMs: number) => Promise<readonly string[]>;

interface Scene extends Partial<ExpectedFirmware> {
  readonly versionLines?: Lines;
  readonly clock?: ManualClock;
}

function seeing(
  looks: readonly (BusDevice | undefined)[],
  { versionLines = async () => [], clock = new ManualClock(), ...expected }: Scene = {},
): Promise<RunningFirmware> {
  const bounds = new Bounds(clock, new AbortController().signal);
  const firmware = {
    ask: () => Promise.resolve(),
    versionLines: (_path: string, _check: VersionCheck, limitMs: number) => versionLines(limitMs),
  };
  const leaver = { path: SCENE_PATH, address: BOOTLOADER.address };
  const whole = { check: CHECK, serialBefore: null, unit: null, ...expected };
  return seeRunning(busOf(looks), leaver, whole, { bounds, limits: PHASE_LIMITS, firmware });
}

const wrong = (field: string, expected: string, found: string) => ({
  code: 'APPLICATION_WRONG',
  details: { field, expected, found },
});

describe('firmware after the bootloader', () => {
  test('is waited for, and told as it came up', async () => {
    expect(await seeing([BOOTLOADER, undefined, undefined, APP])).toEqual({
      vendorId: 0x0483,
      productId: 0x5740,
      usbSerial: '204A33',
      version: null,
    });
  });

  test('that does not come up in time is silent', async () => {
    await expect(seeing([BOOTLOADER, undefined])).rejects.toMatchObject({
      code: 'APPLICATION_SILENT',
      details: { deadlineMs: 2_000, seen: 'nothing' },
    });
  });

  test('is none when the board comes back to its bootloader, or stays in it', async () => {
    await expect(seeing([undefined, seen(7)])).rejects.toMatchObject({ code: 'LEAVE_REFUSED' });
    const patient = ApplicationCheck.parse({ deadlineMs: 60_000 });
    await expect(seeing([BOOTLOADER], { check: patient })).rejects.toMatchObject({ code: 'LEAVE_REFUSED' });
  });

  test('cannot be looked for when another board may have come in its bootloader', async () => {
    const empty = (ms: number) => Array.from({ length: ms / 250 }, () => undefined);
    await expect(seeing([BOOTLOADER, ...empty(1_500), seen(7)])).rejects.toMatchObject({ code: 'LEAVE_REFUSED' });
    await expect(seeing([BOOTLOADER, ...empty(1_750), seen(7)])).rejects.toMatchObject({
      code: 'BOARD_GONE',
      details: { reason: 'perhaps another board', awayMs: 1_750 },
    });
  });

  test('may begin with a loader of its own', async () => {
    const check = ApplicationCheck.parse({ vendorId: 0x0483, productId: 0x5740 });
    const loader = seen(6, 'other', { vendorId: 0x1209, productId: 1 });
    expect(await seeing([loader, loader, undefined, { ...APP, address: 7 }], { check })).toMatchObject({
      productId: 0x5740,
    });
    await expect(seeing([loader], { check })).rejects.toMatchObject(wrong('id', '0483:5740', '1209:0001'));
  });
});

describe('its USB serial', () => {
  const serial = (kind: ApplicationCheck['serial'], device: BusDevice, known: Partial<ExpectedFirmware> = {}) =>
    seeing([device], { check: { ...CHECK, serial: kind }, ...known });
  const nameless = { ...APP, usbSerial: null };

  test('may be anything, or must be there', async () => {
    expect(await serial('any', nameless)).toMatchObject({ usbSerial: null });
    expect(await serial('present', APP)).toMatchObject({ usbSerial: '204A33' });
    await expect(serial('present', nameless)).rejects.toMatchObject(wrong('serial', 'any', 'none'));
  });

  test('must be that of before, where the board was asked', async () => {
    expect(await serial('same', APP, { serialBefore: '204A33' })).toMatchObject({ usbSerial: '204A33' });
    await expect(serial('same', APP, { serialBefore: 'X' })).rejects.toMatchObject(wrong('serial', 'X', '204A33'));
    expect(await serial('same', APP)).toMatchObject({ usbSerial: '204A33' });
    await expect(serial('same', nameless)).rejects.toMatchObject(wrong('serial', 'any', 'none'));
  });

  test('must be that of the unit', async () => {
    expect(await serial('unit', APP, { unit: '204A33' })).toMatchObject({ usbSerial: '204A33' });
    await expect(serial('unit', APP, { unit: 'SN-1' })).rejects.toMatchObject(wrong('serial', 'SN-1', '204A33'));
    const expected = { check: { ...CHECK, serial: 'unit' as const }, serialBefore: null, unit: null };
    expect(() => requireKnowable(expected)).toThrow(Fault);
    expect(() => requireKnowable({ ...expected, unit: 'SN-1' })).not.toThrow();
  });
});

describe('its version', () => {
  const check = ApplicationCheck.parse({ version: { contains: '4.5.1' } });
  const line = '# Betaflight / STM32F405 (S405) 4.5.1 Nov 22 2026';

  test('is the line that holds the wanted text', async () => {
    expect(await seeing([APP], { check, versionLines: async () => ['# version', line] })).toMatchObject({
      version: line,
    });
  });

  test('is asked again when the firmware leaves meanwhile', async () => {
    let asked = 0;
    const versionLines = async () => {
      if (asked++ === 0) throw new Fault('BOARD_GONE');
      return [line];
    };
    expect(await seeing([APP, undefined, APP], { check, versionLines })).toMatchObject({ version: line });
    const leaves = () => Promise.reject(new Fault('BOARD_GONE'));
    await expect(seeing([APP, undefined], { check, versionLines: leaves })).rejects.toMatchObject({
      code: 'BOARD_GONE',
    });
  });

  test('is wrong when no line holds it', async () => {
    const versionLines = async () => ['# version', 'Betaflight 4.4.0'];
    await expect(seeing([APP], { check, versionLines })).rejects.toMatchObject(
      wrong('version', '4.5.1', 'Betaflight 4.4.0'),
    );
  });

  test('of firmware that does not answer is silence', async () => {
    const fails = () => Promise.reject(new Fault('BOARD_SILENT'));
    const never = () => new Promise<never>(() => {});
    const silent = { code: 'APPLICATION_SILENT', details: { asked: 'version' } };
    await expect(seeing([APP], { check, versionLines: fails })).rejects.toMatchObject(silent);
    await expect(seeing([APP], { check, versionLines: never })).rejects.toMatchObject(silent);
  });

  test.each<FaultCode>(['BOARD_SILENT', 'USB_BUSY', 'USB_PERMISSION'])(
    'is asked again while %s may pass, at each look once',
    async (code) => {
      const clock = new ManualClock();
      const askedAtMs: number[] = [];
      const versionLines = async () => {
        askedAtMs.push(clock.now());
        if (askedAtMs.length < 5) throw new Fault(code);
        return [line];
      };
      expect(await seeing([APP], { check, versionLines, clock })).toMatchObject({ version: line });
      expect(askedAtMs).toEqual([0, 250, 500, 750, 1_000]);
    },
  );

  test.each<FaultCode>(['USB_BUSY', 'USB_PERMISSION'])('that %s kept from being asked is so told', async (code) => {
    const clock = new ManualClock();
    const versionLines = () => Promise.reject(new Fault(code, { device: '/dev/ttyACM3' }));
    const refused = { code, details: { device: '/dev/ttyACM3' } };
    await expect(seeing([APP], { check, versionLines, clock })).rejects.toMatchObject(refused);
    expect(clock.now()).toBe(check.deadlineMs);
  });

  test('is not waited for when nobody can ask for it', async () => {
    const clock = new ManualClock();
    const versionLines = () => Promise.reject(new Fault('USB_HOST'));
    await expect(seeing([APP], { check, versionLines, clock })).rejects.toMatchObject({ code: 'USB_HOST' });
    expect(clock.now()).toBe(0);
  });

  test('is asked anew where a question got lost, and the last question is not cut short', async () => {
    const clock = new ManualClock();
    const asked: [atMs: number, limitMs: number][] = [];
    const versionLines: Lines = async (limitMs) => {
      asked.push([clock.now(), limitMs]);
      clock.pass(limitMs);
      throw new Fault('BOARD_SILENT');
    };
    await expect(seeing([APP], { check, versionLines, clock })).rejects.toMatchObject({ code: 'APPLICATION_SILENT' });
    expect(asked).toEqual([0, 3_250, 6_500, 9_750].map((atMs) => [atMs, 3_000]));
  });

  test('that firmware says by itself is listened for as long as there is time', async () => {
    const clock = new ManualClock();
    const limits: number[] = [];
    const versionLines: Lines = async (limitMs) => {
      limits.push(limitMs);
      return [line];
    };
    const spoken = ApplicationCheck.parse({ version: { command: null, contains: '4.5.1' } });
    await seeing([undefined, undefined, APP], { check: spoken, versionLines, clock });
    expect(limits).toEqual([9_500]);
  });
});
